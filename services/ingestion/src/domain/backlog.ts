/** Requests that wait on the queue at most, whoever has put them there. */
export interface BacklogLimits {
  readonly waitingMax: number;
  readonly waitingPerBusinessMax: number;
  /** After so long without a look at the queue nothing is known, and nothing refused. */
  readonly blindAfterMs: number;
}

export type Room = 'free' | 'business-full' | 'full';

export interface WaitingRequest {
  readonly requestId: string;
  readonly businessId: string;
}

export interface QueuedRequest extends WaitingRequest {
  readonly sequence: bigint;
}

/** What a look begins with. */
export interface LookPlan {
  readonly number: number;
  /** Requests that are worth to be found: with so many more there is no room left. */
  readonly foundMax: number;
}

export interface Look {
  readonly number: number;
  /** Nothing of what earlier looks have found counts any more. */
  readonly isAnew: boolean;
  /** What lies before it on the queue is being worked on; undefined where nothing waits. */
  readonly nextSequence: bigint | undefined;
  /** In the order of the queue, and after whatever was found before. */
  readonly found: readonly QueuedRequest[];
  readonly reachedEnd: boolean;
}

interface UnderWay {
  readonly businessId: string;
  /** Looks that had begun when the broker answered. */
  answeredAfterLooks: number;
}

/**
 * How many requests wait, in all and of each business: those that were found on the queue, and those that this process has
 * accepted but not found there yet. What others have put there, or this process before it was restarted, counts as well.
 */
export class Backlog {
  readonly #limits: BacklogLimits;
  #queued: QueuedRequest[] = [];
  readonly #underWay = new Map<string, UnderWay>();
  readonly #waitingOf = new Map<string, number>();
  #looks = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  get waiting(): number {
    return this.#queued.length + this.#underWay.size;
  }

  /** Whether one more of the business may wait. */
  roomFor(businessId: string, nowMs: number): Room {
    if (nowMs - this.#lookedAtMs > this.#limits.blindAfterMs) return 'free';
    if (this.waiting >= this.#limits.waitingMax) return 'full';
    const ofBusiness = this.#waitingOf.get(businessId) ?? 0;
    return ofBusiness >= this.#limits.waitingPerBusinessMax ? 'business-full' : 'free';
  }

  /** Counts the request in, if there is room for it; one that is sent again is counted once. */
  admit({ requestId, businessId }: WaitingRequest, nowMs: number): Room {
    if (this.#underWay.has(requestId)) return 'free';
    const room = this.roomFor(businessId, nowMs);
    // While nothing is seen nothing is taken off either: a count would grow without end.
    if (room !== 'free' || nowMs - this.#lookedAtMs > this.#limits.blindAfterMs) return room;
    this.#underWay.set(requestId, { businessId, answeredAfterLooks: Number.POSITIVE_INFINITY });
    this.#count(businessId, 1);
    return room;
  }

  /** The broker has answered, or nobody waits for it any more: a look that begins now finds the request, or it is gone. */
  answered(requestId: string): void {
    const request = this.#underWay.get(requestId);
    if (request !== undefined) request.answeredAfterLooks = this.#looks;
  }

  beginLook({ isAnew }: Pick<Look, 'isAnew'>): LookPlan {
    this.#looks++;
    return { number: this.#looks, foundMax: this.#limits.waitingMax - (isAnew ? 0 : this.#queued.length) };
  }

  endLook({ number, isAnew, nextSequence, found, reachedEnd }: Look, nowMs: number): void {
    this.#lookedAtMs = nowMs;
    const gone = isAnew || nextSequence === undefined ? this.#queued.length : this.#before(nextSequence);
    for (const { businessId } of this.#queued.splice(0, gone)) this.#count(businessId, -1);
    for (const request of found) {
      this.#forget(request.requestId);
      this.#queued.push(request);
      this.#count(request.businessId, 1);
    }
    if (reachedEnd) this.#forgetGone(number);
  }

  #before(sequence: bigint): number {
    const next = this.#queued.findIndex((request) => request.sequence >= sequence);
    return next === -1 ? this.#queued.length : next;
  }

  /** What was on the queue when the look began, and was not found to its end, has been taken from it. */
  #forgetGone(look: number): void {
    for (const [requestId, { answeredAfterLooks }] of this.#underWay)
      if (answeredAfterLooks < look) this.#forget(requestId);
  }

  #forget(requestId: string): void {
    const request = this.#underWay.get(requestId);
    if (request === undefined) return;
    this.#underWay.delete(requestId);
    this.#count(request.businessId, -1);
  }

  #count(businessId: string, change: 1 | -1): void {
    const waiting = (this.#waitingOf.get(businessId) ?? 0) + change;
    if (waiting === 0) this.#waitingOf.delete(businessId);
    else this.#waitingOf.set(businessId, waiting);
  }
}
