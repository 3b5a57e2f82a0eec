import { Ledger } from './ledger.ts';
import { StateLedger } from './state-ledger.ts';

const redOnly = { Name: 'r', Properties: { FilterType: 'Correlation', CorrelationFilter: { Label: 'red' } } };
const workProperties = {
  RequiresDuplicateDetection: true,
  DuplicateDetectionHistoryTimeWindow: 'PT20M',
  MaxDeliveryCount: 3,
  DeadLetteringOnMessageExpiration: true,
};
const toBuried = { ForwardDeadLetteredMessagesTo: 'buried' };
const taskProperties = {
  RequiresSession: true,
  MaxDeliveryCount: 3,
  DeadLetteringOnMessageExpiration: true,
  ...toBuried,
};

/**
 * A queue with everything that a queue can do, a topic whose subscriptions differ, and a queue with sessions that gets
 * all it has from a queue and a subscription, and whose dead letters go on to another one.
 */
export const mixedConfig = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [
          { Name: 'work', Properties: workProperties },
          { Name: 'inbox', Properties: { ForwardTo: 'tasks', ...toBuried } },
          { Name: 'tasks', Properties: taskProperties },
          { Name: 'buried', Properties: { DeadLetteringOnMessageExpiration: true } },
        ],
        Topics: [
          {
            Name: 'events',
            Subscriptions: [
              { Name: 'all' },
              { Name: 'red', Rules: [redOnly] },
              { Name: 'passed', Properties: { ForwardTo: 'tasks', ...toBuried } },
            ],
          },
        ],
      },
    ],
  },
};

/** Received from without sessions. */
export const plainPaths = ['work', 'events/Subscriptions/all', 'events/Subscriptions/red'] as const;
export type PlainPath = (typeof plainPaths)[number];
export const mixedPaths = [...plainPaths, 'tasks'] as const;
export type MixedPath = (typeof mixedPaths)[number];

export const sessionIds = ['a', 'b', 'c', 'd'] as const;

/** What the clients were told. */
export interface Ledgers {
  readonly messages: Readonly<Record<MixedPath, Ledger>>;
  readonly states: StateLedger;
}

export function createLedgers(): Ledgers {
  const entries = mixedPaths.map((path) => [path, new Ledger(path, isMortal)] as const);
  return { messages: Object.fromEntries(entries) as Record<MixedPath, Ledger>, states: new StateLedger() };
}

export const timeToLiveMs = 30_000;
/** Messages with a time to live say so in their ids. */
export const isMortal = (id: string): boolean => id.startsWith('mortal');
