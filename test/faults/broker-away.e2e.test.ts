import { suite } from 'node:test';
import { brokerSuite } from './broker-suite.ts';

suite('a broker that is away', () => brokerSuite({ awayMs: 4000 }));
