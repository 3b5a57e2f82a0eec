import type { Namespace } from '../core/namespace.ts';

/** What an entity holds at this moment. */
export interface EntityStatusReport {
  /** Its path, such as `orders` or `events/Subscriptions/audit`. */
  readonly name: string;
  readonly kind: 'queue' | 'topic' | 'subscription';
  /** Ready or locked. */
  readonly active: number;
  readonly scheduled: number;
  readonly deferred: number;
  readonly deadLettered: number;
  /** Stored bytes, dead letters included. */
  readonly bytes: number;
}

/** The broker at this moment, as `/status` serves it. */
export interface StatusReport {
  readonly namespace: string;
  readonly connections: number;
  /** Sends are refused until there is room in the data file and on its disk again. */
  readonly storeFull: boolean;
  readonly entities: readonly EntityStatusReport[];
}

export function reportStatus(namespace: Namespace, connections: number, storeFull: boolean): StatusReport {
  const queues = namespace.queues.map(
    (queue): EntityStatusReport => ({
      name: queue.path,
      kind: queue.path.includes('/Subscriptions/') ? 'subscription' : 'queue',
      ...queue.counts,
      bytes: queue.bytes + (queue.deadLetters?.bytes ?? 0),
    }),
  );
  const topics = namespace.topics.map(
    (topic): EntityStatusReport => ({
      name: topic.path,
      kind: 'topic',
      active: 0,
      scheduled: topic.scheduled,
      deferred: 0,
      deadLettered: 0,
      bytes: 0,
    }),
  );
  return { namespace: namespace.name, connections, storeFull, entities: [...queues, ...topics] };
}
