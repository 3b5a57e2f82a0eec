import { BrokerError } from '../core/broker-error.ts';
import type { Clock } from '../core/clock.ts';
import type { HeldSession, SessionClaim } from '../core/held-session.ts';
import type { Queue } from '../core/queue.ts';

interface Waiting {
  readonly claim: SessionClaim;
  readonly answer: (outcome: HeldSession | BrokerError) => void;
  readonly cancelTimer: () => void;
}

/** Where receivers wait for the next session of a queue that has something ready, first come first served. */
export class SessionDesk {
  readonly #clock: Clock;
  readonly #waiting = new Map<Queue, Set<Waiting>>();
  readonly #dirty = new Set<Queue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns withdraws: no answer comes any more */
  wait(queue: Queue, claim: SessionClaim, timeoutMs: number, answer: Waiting['answer']): () => void {
    const expire = () => {
      this.#forget(queue, waiting);
      answer(new BrokerError('timed-out', `No session of '${queue.path}' has become free within ${timeoutMs} ms.`));
    };
    const waiting: Waiting = { claim, answer, cancelTimer: this.#clock.setTimer(expire, timeoutMs) };
    const others = this.#waiting.get(queue);
    if (others === undefined) this.#waiting.set(queue, new Set([waiting]));
    else others.add(waiting);
    this.#dirty.add(queue);
    return () => this.#forget(queue, waiting);
  }

  /** A session may have become free. */
  touch(queue: Queue): void {
    this.#dirty.add(queue);
  }

  has(queue: Queue): boolean {
    return this.#waiting.has(queue);
  }

  pump(nowMs: number): void {
    const queues = [...this.#dirty];
    this.#dirty.clear();
    for (const queue of queues) this.#serve(queue, nowMs);
  }

  #serve(queue: Queue, nowMs: number): void {
    for (const waiting of this.#waiting.get(queue) ?? []) {
      const session = queue.sessions?.accept(undefined, waiting.claim, nowMs);
      if (session === undefined) return;
      this.#forget(queue, waiting);
      waiting.answer(session);
    }
  }

  #forget(queue: Queue, waiting: Waiting): void {
    waiting.cancelTimer();
    const all = this.#waiting.get(queue);
    all?.delete(waiting);
    if (all?.size === 0) this.#waiting.delete(queue);
  }
}
