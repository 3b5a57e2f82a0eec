import { suite } from 'node:test';
import { clockSuite } from './clock-suite.ts';

suite('clocks that jump under traffic', () => clockSuite({ forLong: false }));
