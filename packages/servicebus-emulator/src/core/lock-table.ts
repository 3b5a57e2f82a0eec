import { BrokerError } from './broker-error.ts';
import { Deadlines } from './deadlines.ts';
import type { Message, Term } from './message.ts';

/** Who holds which message until when. Locks live in memory alone: a restart releases them. */
export class LockTable {
  readonly #held = new Map<string, Message>();
  readonly #ends = new Deadlines<Message>(({ lock }) =>
    lock?.term.held === undefined ? lock?.term.untilMs : undefined,
  );
  /** Of locks that are taken or renewed from now on. */
  durationMs: number;
  readonly #newToken: () => Buffer;
  readonly #lostCode: 'message-lock-lost' | 'session-lock-lost';

  /** @param withinSessions the locks end with those of sessions */
  constructor(durationMs: number, newToken: () => Buffer, withinSessions: boolean) {
    this.#lostCode = withinSessions ? 'session-lock-lost' : 'message-lock-lost';
    this.durationMs = durationMs;
    this.#newToken = newToken;
  }

  /** When the next lock ends. */
  get nextMs(): number {
    return this.#ends.nextMs;
  }

  /** @param session the term of the session that the message belongs to */
  lock(message: Message, nowMs: number, session?: Term): void {
    const token = this.#newToken();
    const term = session ?? { untilMs: nowMs + this.durationMs };
    message.lock = { token, term };
    term.held?.add(message);
    this.#held.set(keyOf(token), message);
    this.#ends.add(message);
  }

  /** @throws BrokerError `message-lock-lost`, within sessions `session-lock-lost` */
  get(token: Buffer, nowMs: number): Message {
    const message = this.#held.get(keyOf(token));
    if (message?.lock !== undefined && message.lock.term.untilMs > nowMs) return message;
    const text = 'The lock supplied is invalid. Either the lock expired, or the message has already been removed.';
    throw new BrokerError(this.#lostCode, text);
  }

  holds(token: Buffer): boolean {
    return this.#held.has(keyOf(token));
  }

  /**
   * @returns until when it is locked now
   * @throws BrokerError `not-allowed` within a session, whose own lock is to be renewed
   */
  renew(token: Buffer, nowMs: number): number {
    const message = this.get(token, nowMs);
    const untilMs = nowMs + this.durationMs;
    if (message.lock?.term.held !== undefined)
      throw new BrokerError('not-allowed', 'Within a session the lock of the session is renewed, not a message’s.');
    if (message.lock !== undefined) message.lock.term.untilMs = untilMs;
    this.#ends.add(message);
    return untilMs;
  }

  unlock(message: Message): void {
    if (message.lock !== undefined) this.#held.delete(keyOf(message.lock.token));
    message.lock?.term.held?.delete(message);
    message.lock = undefined;
  }

  /** One whose lock has ended; it still has to be unlocked. */
  takeEnded(nowMs: number): Message | undefined {
    return this.#ends.take(nowMs);
  }

  clear(): void {
    this.#held.clear();
    this.#ends.clear();
  }
}

function keyOf(token: Buffer): string {
  return token.toString('latin1');
}
