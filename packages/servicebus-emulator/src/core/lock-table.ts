import { BrokerError } from './broker-error.ts';
import { Deadlines } from './deadlines.ts';
import type { Message } from './message.ts';

/** Who holds which message until when. Locks live in memory alone: a restart releases them. */
export class LockTable {
  readonly #held = new Map<string, Message>();
  readonly #ends = new Deadlines<Message>((message) => message.lock?.untilMs);
  readonly #durationMs: number;
  readonly #newToken: () => Buffer;

  constructor(durationMs: number, newToken: () => Buffer) {
    this.#durationMs = durationMs;
    this.#newToken = newToken;
  }

  /** When the next lock ends. */
  get nextMs(): number {
    return this.#ends.nextMs;
  }

  lock(message: Message, nowMs: number): void {
    const token = this.#newToken();
    message.lock = { token, untilMs: nowMs + this.#durationMs };
    this.#held.set(keyOf(token), message);
    this.#ends.add(message);
  }

  /** @throws BrokerError `message-lock-lost` */
  get(token: Buffer, nowMs: number): Message {
    const message = this.#held.get(keyOf(token));
    if (message?.lock !== undefined && message.lock.untilMs > nowMs) return message;
    const text = 'The lock supplied is invalid. Either the lock expired, or the message has already been removed.';
    throw new BrokerError('message-lock-lost', text);
  }

  holds(token: Buffer): boolean {
    return this.#held.has(keyOf(token));
  }

  /** @returns until when it is locked now */
  renew(token: Buffer, nowMs: number): number {
    const message = this.get(token, nowMs);
    const untilMs = nowMs + this.#durationMs;
    if (message.lock !== undefined) message.lock.untilMs = untilMs;
    this.#ends.add(message);
    return untilMs;
  }

  unlock(message: Message): void {
    if (message.lock !== undefined) this.#held.delete(keyOf(message.lock.token));
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
