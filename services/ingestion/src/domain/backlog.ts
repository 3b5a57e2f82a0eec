/** Requests that lie on the queue at most, of those that this process has accepted. */
export interface BacklogLimits {
  readonly waitingMax: number;
  readonly waitingPerBusinessMax: number;
  /** After so long without a look at the queue nothing is known, and nothing refused. */
  readonly blindAfterMs: number;
}

export type Room = 'free' | 'business-full' | 'full';

interface Accepted {
  readonly businessId: string;
  readonly atMs: number;
}

/**
 * How many of the accepted requests still wait, in all and of each business: those that were accepted after the one that
 * is next on the queue. A count by this process alone needs no right to manage the queue; what others accept they count
 * themselves.
 */
export class Backlog {
  readonly #limits: BacklogLimits;
  /** Oldest first, and never more than may wait. */
  #accepted: Accepted[] = [];
  readonly #waitingOf = new Map<string, number>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#accepted.length;
  }

  /** Whether one more may wait; it is counted if so. */
  admit(businessId: string, nowMs: number): Room {
    if (nowMs - this.#lookedAtMs > this.#limits.blindAfterMs) this.#forget();
    const waiting = this.#waitingOf.get(businessId) ?? 0;
    if (this.#accepted.length >= this.#limits.waitingMax) return 'full';
    if (waiting >= this.#limits.waitingPerBusinessMax) return 'business-full';
    this.#accepted.push({ businessId, atMs: nowMs });
    this.#waitingOf.set(businessId, waiting + 1);
    return 'free';
  }

  /** The request that is next on the queue was put there then; everything accepted before is being worked on. */
  nextIsOf(enqueuedAtMs: number, nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const first = this.#accepted.findIndex(({ atMs }) => atMs >= enqueuedAtMs);
    for (const { businessId } of this.#accepted.splice(0, first === -1 ? this.#accepted.length : first)) {
      const left = (this.#waitingOf.get(businessId) ?? 1) - 1;
      if (left === 0) this.#waitingOf.delete(businessId);
      else this.#waitingOf.set(businessId, left);
    }
  }

  #forget(): void {
    this.#accepted = [];
    this.#waitingOf.clear();
  }
}
