import { suite } from 'node:test';
import { type DependencyCase, dependencySuite } from './dependency-suite.ts';

/** Each link once, and each fault; those that do not meet at the same time. */
const cases: readonly DependencyCase[] = [
  {
    faults: [
      ['workflow to delivery', 'hang'],
      ['portal to delivery', 'garbage'],
    ],
  },
  {
    faults: [
      ['workflow to package', 'garbage'],
      ['portal to package', 'slow'],
    ],
  },
  {
    faults: [
      ['workflow to drone-scheduler', 'reset'],
      ['portal to drone-scheduler', 'hang'],
    ],
  },
  {
    faults: [
      ['workflow to drone-scheduler', 'slow'],
      ['portal to package', 'reset'],
    ],
  },
  { faults: [['workflow to package', 'unanswered']] },
  {
    faults: [
      ['workflow to its tokens', 'unanswered'],
      ['delivery to drone-scheduler', 'unanswered'],
      ['package to the keys', 'unanswered'],
      ['delivery to the keys', 'reset'],
    ],
  },
];

suite('dependencies that hang, are slow, talk nonsense or reset', () => dependencySuite(cases));
