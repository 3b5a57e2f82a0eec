import { suite } from 'node:test';
import { killingSuite } from './killing-suite.ts';

/** Some ten minutes. */
suite('processes killed for long under traffic', () => killingSuite({ seed: 2, randomKills: 120 }));
