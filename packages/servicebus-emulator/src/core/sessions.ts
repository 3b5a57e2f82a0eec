import { BrokerError } from './broker-error.ts';
import { Deadlines } from './deadlines.ts';
import { HeldSession, type Outlet, type SessionClaim, type SessionHost } from './held-session.ts';
import type { Message } from './message.ts';
import { type IsDurable, ReadyList } from './ready-list.ts';

interface Session {
  readonly id: string;
  readonly ready: ReadyList;
  /** Messages of the session in the queue, deferred ones too. */
  messages: number;
  holder: HeldSession | undefined;
}

export interface SessionQueue extends SessionHost {
  readonly path: string;
  /** A lock has ended: its message is to be handed out again, one more delivery counted. */
  giveBack(message: Message, nowMs: number): void;
  /** A session that no one holds has something ready. */
  onSessionAvailable(): void;
}

/**
 * The sessions of a queue and who holds them. A session is known while it has messages or a holder; its lock lives in
 * memory alone, as the locks of messages do.
 */
export class Sessions {
  readonly #queue: SessionQueue;
  readonly #isDurable: IsDurable;
  /** Of locks that are taken or renewed from now on. */
  lockDurationMs: number;
  readonly #sessions = new Map<string, Session>();
  /** Those without a holder that had something ready, longest waiting first. */
  readonly #available = new Set<Session>();
  readonly #ends = new Deadlines<HeldSession>((held) => held.untilMs);

  constructor(queue: SessionQueue, lockDurationMs: number, isDurable: IsDurable) {
    this.#queue = queue;
    this.#isDurable = isDurable;
    this.lockDurationMs = lockDurationMs;
  }

  /** When the next lock ends. */
  get nextMs(): number {
    return this.#ends.nextMs;
  }

  /**
   * Takes a session for one receiver, until it is released or its lock ends.
   * @param id undefined for any that has something ready
   * @returns undefined when there is none
   * @throws BrokerError `session-cannot-be-locked`
   */
  accept(id: string | undefined, claim: SessionClaim, nowMs: number): HeldSession | undefined {
    const session = id === undefined ? this.#nextAvailable() : this.#find(id);
    if (session === undefined) return undefined;
    if (session.holder !== undefined && session.holder.untilMs <= nowMs) this.#end(session.holder, nowMs);
    if (session.holder !== undefined) throw alreadyHeld(session.id, this.#queue.path);
    const held = new HeldSession(session.id, session.ready, claim, nowMs + this.lockDurationMs, this.#queue);
    session.holder = held;
    this.#sessions.set(session.id, session);
    this.#available.delete(session);
    this.#ends.add(held);
    return held;
  }

  /** The receiver goes: what it had locked is free again, without counting a delivery. */
  release(held: HeldSession, nowMs: number): void {
    if (held.removed) return;
    const messages = this.#free(held);
    for (const message of messages) {
      message.deliveryCount--;
      this.#queue.giveBack(message, nowMs);
    }
  }

  /**
   * The session as its receiver refers to it.
   * @param owner undefined when the request does not say
   * @throws BrokerError `session-lock-lost`
   */
  get(id: string, owner: string | undefined, nowMs: number): HeldSession {
    const held = this.#sessions.get(id)?.holder;
    if (held !== undefined && held.untilMs > nowMs && (owner === undefined || owner === held.claim.owner)) return held;
    throw sessionLost(id);
  }

  renew(held: HeldSession, nowMs: number): void {
    held.untilMs = nowMs + this.lockDurationMs;
    this.#ends.add(held);
  }

  get hasHolders(): boolean {
    for (const { holder } of this.#sessions.values()) if (holder !== undefined) return true;
    return false;
  }

  /** A message has come into the queue. */
  join(message: Message): void {
    const session = this.#find(message.sessionId ?? '');
    this.#sessions.set(session.id, session);
    session.messages++;
  }

  /** A message has left the queue. */
  leave({ sessionId = '' }: Message): void {
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return;
    session.messages--;
    this.#forgetEmpty(session);
  }

  /** A message of a session is ready: new, or given back. */
  offer(message: Message, how: 'append' | 'giveBack'): Outlet | undefined {
    const session = this.#find(message.sessionId ?? '');
    session.ready[how](message);
    if (session.holder !== undefined) return session.holder;
    this.#available.add(session);
    this.#queue.onSessionAvailable();
    return undefined;
  }

  /** Ends one session whose lock has run out; says whether there was one. */
  endDue(nowMs: number): boolean {
    const held = this.#ends.take(nowMs);
    if (held !== undefined) this.#end(held, nowMs);
    return held !== undefined;
  }

  clear(): void {
    const holders = [...this.#sessions.values()].flatMap(({ holder }) => holder ?? []);
    for (const part of [this.#sessions, this.#available, this.#ends]) part.clear();
    for (const held of holders) {
      held.removed = true;
      held.claim.onLost();
    }
  }

  #end(held: HeldSession, nowMs: number): void {
    for (const message of this.#free(held)) this.#queue.giveBack(message, nowMs);
    held.claim.onLost();
  }

  /** @returns what the holder had locked */
  #free(held: HeldSession): Message[] {
    held.removed = true;
    const session = this.#find(held.id);
    session.holder = undefined;
    if (session.ready.peek() !== undefined) {
      this.#available.add(session);
      this.#queue.onSessionAvailable();
    }
    this.#forgetEmpty(session);
    return [...held.held];
  }

  #nextAvailable(): Session | undefined {
    for (const session of this.#available) {
      if (session.ready.peek() !== undefined) return session;
      this.#available.delete(session);
    }
    return undefined;
  }

  /** The session of this id, a new one that is not kept yet when it is not known. */
  #find(id: string): Session {
    return this.#sessions.get(id) ?? { id, ready: new ReadyList(this.#isDurable), messages: 0, holder: undefined };
  }

  #forgetEmpty(session: Session): void {
    if (session.messages > 0 || session.holder !== undefined) return;
    this.#sessions.delete(session.id);
    this.#available.delete(session);
  }
}

/** What a receiver is told whose session has ended. */
export function sessionLost(id: string): BrokerError {
  const text = `The lock of the session '${id}' has expired or was released. Accept the session again.`;
  return new BrokerError('session-lock-lost', text);
}

function alreadyHeld(id: string, path: string): BrokerError {
  const text = `The requested session '${id}' of '${path}' cannot be accepted. It may be locked by another receiver.`;
  return new BrokerError('session-cannot-be-locked', text);
}
