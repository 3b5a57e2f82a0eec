import { BrokerError } from '../core/broker-error.ts';
import type { InnerSender } from './rhea-internals.ts';
import type { SessionWriter } from './session-writer.ts';

const waitingMax = 1_000;
const waitingBytesMax = 16 * 1024 * 1024;

/** Carries the answers of `$cbs` and `$management` to a client; they wait while it grants no credit. */
export class ReplyLink {
  readonly #sender: InnerSender;
  readonly #writer: SessionWriter;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #tag = 0;

  constructor(sender: InnerSender, writer: SessionWriter) {
    this.#sender = sender;
    this.#writer = writer;
  }

  /** @throws BrokerError `quota-exceeded` when the client leaves too much unread */
  send(message: Buffer): void {
    if (this.#waiting.length >= waitingMax || this.#waitingBytes >= waitingBytesMax) {
      const text = `The client has left ${this.#waiting.length} answers unread.`;
      throw new BrokerError('quota-exceeded', text);
    }
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    this.onFlow();
  }

  onFlow(): void {
    while (this.#waiting.length > 0 && this.#sender.credit > 0 && this.#writer.hasRoom && this.#sender.is_open()) {
      const message = this.#waiting.shift() as Buffer;
      this.#waitingBytes -= message.length;
      const tag = Buffer.allocUnsafe(4);
      tag.writeUInt32BE(this.#tag++ >>> 0);
      this.#writer.transfer(this.#sender, tag, message, true);
    }
  }

  close(): void {
    this.#waiting = [];
  }
}
