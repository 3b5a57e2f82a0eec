import { suite } from 'node:test';
import { killingSuite } from './killing-suite.ts';

suite('processes killed under traffic', () => killingSuite({ seed: 1, killsForMs: 120_000 }));
