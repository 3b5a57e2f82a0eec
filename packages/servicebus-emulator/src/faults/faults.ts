import type { Consumer } from '../broker/dispatcher.ts';
import type { Outlet } from '../core/held-session.ts';
import type { FaultKind } from './fault.ts';

/** Where the broker asks whether something is to go wrong. */
export interface Faults {
  /** Whether a fault of the kind strikes the entity on this occasion. */
  strikes(kind: FaultKind, entity: string): boolean;
  /** What to call in the place of `answer`, which tells a client the outcome of what it asked of the entity. */
  answer<Outcome>(entity: string, answer: (outcome: Outcome) => void): (outcome: Outcome) => void;
  /** Who gets messages in the place of `consumer`; the same for the same. */
  consumer(consumer: Consumer, touch: (outlet: Outlet) => void): Consumer;
}

/** Nothing goes wrong on demand, and nothing stands in the way. */
export const noFaults: Faults = {
  strikes: () => false,
  answer: (_entity, answer) => answer,
  consumer: (consumer) => consumer,
};
