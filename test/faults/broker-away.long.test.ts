import { suite } from 'node:test';
import { brokerSuite } from './broker-suite.ts';

suite('a broker that is away for half a minute', () => brokerSuite({ awayMs: 30_000 }));
