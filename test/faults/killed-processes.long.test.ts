import { suite } from 'node:test';
import { killingSuite } from './killing-suite.ts';

suite('processes killed for long under traffic', () => killingSuite({ seed: 2, killsForMs: 600_000 }));
