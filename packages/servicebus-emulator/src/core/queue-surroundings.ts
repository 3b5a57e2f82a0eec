import type { FindDestination } from './forwarder.ts';
import type { Outlet } from './held-session.ts';
import type { Journal } from './journal.ts';
import type { Queue } from './queue.ts';

/** What a queue needs of the broker around it. */
export interface QueueSurroundings {
  readonly journal: Journal;
  /** 16 fresh random bytes. */
  readonly newLockToken: () => Buffer;
  /** Something can be handed out. */
  readonly onReady: (outlet: Outlet) => void;
  /** A session that no one holds has something to be handed out. */
  readonly onSessionAvailable: (queue: Queue) => void;
  readonly findDestination: FindDestination;
}
