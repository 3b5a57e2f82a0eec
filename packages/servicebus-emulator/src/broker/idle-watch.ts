import { BrokerError } from '../core/broker-error.ts';
import type { Clock } from '../core/clock.ts';
import type { Namespace } from '../core/namespace.ts';
import type { Queue } from '../core/queue.ts';
import { Topic } from '../core/topic.ts';
import { Alarm } from './alarm.ts';

/** How late an entity may be deleted. */
const lookIntervalMs = 60_000;

export interface IdleWatchSurroundings {
  readonly clock: Clock;
  readonly namespace: Namespace;
  /** When it was last changed, sent to, received from, peeked or asked anything. */
  lastUsedMs(entity: Queue | Topic): number;
  /** Receivers wait at it now. */
  hasReceivers(queue: Queue): boolean;
  /** @throws BrokerError `storage-failed` */
  delete(path: string): void;
}

/** Deletes entities that no one has used for as long as their options say. */
export class IdleWatch {
  readonly #surroundings: IdleWatchSurroundings;
  readonly #startedMs: number;
  readonly #alarm: Alarm;

  constructor(surroundings: IdleWatchSurroundings) {
    this.#surroundings = surroundings;
    this.#startedMs = surroundings.clock.nowMs();
    this.#alarm = new Alarm(surroundings.clock, () => this.#look());
    this.#alarm.set(this.#startedMs + lookIntervalMs);
  }

  stop(): void {
    this.#alarm.stop();
  }

  #look(): void {
    const { clock, namespace } = this.#surroundings;
    const nowMs = clock.nowMs();
    for (const entity of [...namespace.queues, ...namespace.topics]) {
      const { autoDeleteOnIdleMs } = entity.options;
      if (autoDeleteOnIdleMs !== undefined && this.#lastUsedMs(entity, nowMs) + autoDeleteOnIdleMs <= nowMs)
        this.#delete(entity.path);
    }
    this.#alarm.set(nowMs + lookIntervalMs);
  }

  /** What waits for its moment is in use, and so is a topic with one of its subscriptions. */
  #lastUsedMs(entity: Queue | Topic, nowMs: number): number {
    const { hasReceivers, lastUsedMs } = this.#surroundings;
    const own = Math.max(lastUsedMs(entity), this.#startedMs);
    if (entity instanceof Topic) {
      const below = entity.subscriptions.map(({ queue }) => this.#lastUsedMs(queue, nowMs));
      return entity.scheduled > 0 ? nowMs : Math.max(own, ...below);
    }
    if (entity.counts.scheduled > 0 || hasReceivers(entity)) return nowMs;
    return entity.deadLetters === undefined ? own : Math.max(own, this.#lastUsedMs(entity.deadLetters, nowMs));
  }

  #delete(path: string): void {
    try {
      this.#surroundings.delete(path);
    } catch (error) {
      // What cannot be stored now is tried again at the next look.
      if (!(error instanceof BrokerError)) throw error;
    }
  }
}
