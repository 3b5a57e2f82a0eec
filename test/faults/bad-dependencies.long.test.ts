import { suite } from 'node:test';
import type { Fault } from '../support/fault-proxy.ts';
import { dependencySuite, linkNames } from './dependency-suite.ts';

const faults: readonly Fault[] = ['hang', 'slow', 'garbage', 'reset', 'swallow', 'unanswered'];
const cases = linkNames.flatMap((link) => faults.map((fault) => ({ faults: [[link, fault] as const] })));

suite('every dependency with every fault', () => dependencySuite(cases));
