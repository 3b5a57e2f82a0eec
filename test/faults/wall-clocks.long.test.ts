import { suite } from 'node:test';
import { clockSuite } from './clock-suite.ts';

suite('clocks that jump, and stay wrong for a while', () => clockSuite({ forLong: true }));
