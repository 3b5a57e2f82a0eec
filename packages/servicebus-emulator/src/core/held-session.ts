import type { Message, MessageCopy, Term } from './message.ts';
import type { ReadyList } from './ready-list.ts';

/** Where a receiver's messages come from: a queue without sessions, or the session that the receiver holds. */
export interface Outlet {
  /** Whether `lockNext` or `takeNext` would find one, but for expired ones. */
  readonly hasReady: boolean;
  /** Whether the next one is on its way to the disk. */
  readonly isArriving: boolean;
  lockNext(nowMs: number): MessageCopy | undefined;
  takeNext(nowMs: number): MessageCopy | undefined;
}

/** Who holds a session. */
export interface SessionClaim {
  /** The name of the link, by which management requests refer to it. */
  readonly owner: string;
  /** The session has ended under its holder: the lock ran out, or memory had to go back to what is durable. */
  readonly onLost: () => void;
}

/** The queue that the session is part of. */
export interface SessionHost {
  lockNext(nowMs: number, session: HeldSession): MessageCopy | undefined;
  takeNext(nowMs: number, session: HeldSession): MessageCopy | undefined;
}

/** A session that one receiver has to itself until the term ends; the locks of its messages end with it. */
export class HeldSession implements Outlet, Term {
  readonly id: string;
  readonly claim: SessionClaim;
  readonly ready: ReadyList;
  readonly held = new Set<Message>();
  untilMs: number;
  /** Given back, or lost. */
  removed = false;
  readonly #host: SessionHost;

  constructor(id: string, ready: ReadyList, claim: SessionClaim, untilMs: number, host: SessionHost) {
    this.id = id;
    this.ready = ready;
    this.claim = claim;
    this.untilMs = untilMs;
    this.#host = host;
  }

  get hasReady(): boolean {
    return !this.removed && this.ready.hasReady;
  }

  get isArriving(): boolean {
    return !this.removed && this.ready.isArriving;
  }

  lockNext(nowMs: number): MessageCopy | undefined {
    return this.#open(nowMs) ? this.#host.lockNext(nowMs, this) : undefined;
  }

  takeNext(nowMs: number): MessageCopy | undefined {
    return this.#open(nowMs) ? this.#host.takeNext(nowMs, this) : undefined;
  }

  /** The sweep that ends it may come late. */
  #open(nowMs: number): boolean {
    return !this.removed && this.untilMs > nowMs;
  }
}
