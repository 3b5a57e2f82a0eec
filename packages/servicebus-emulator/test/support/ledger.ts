import assert from 'node:assert/strict';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';

/** What clients were told, to be held against what a restarted broker still has. */
export class Ledger {
  readonly #accepted = new Set<string>();
  readonly #completionTried = new Set<string>();
  readonly #completed = new Set<string>();
  readonly #idBySequenceNumber = new Map<string, string>();

  get counts(): { readonly accepted: number; readonly completed: number } {
    return { accepted: this.#accepted.size, completed: this.#completed.size };
  }

  accepted(messageId: string): void {
    this.#accepted.add(messageId);
  }

  /** A message was seen: its sequence number must be its own for ever, and it must not have been completed. */
  seen(message: ServiceBusReceivedMessage): string {
    const messageId = String(message.messageId);
    const sequenceNumber = String(message.sequenceNumber);
    const known = this.#idBySequenceNumber.get(sequenceNumber) ?? messageId;
    assert.equal(known, messageId, `sequence number ${sequenceNumber} was given twice`);
    assert.ok(!this.#completed.has(messageId), `${messageId} came back after it was completed`);
    this.#idBySequenceNumber.set(sequenceNumber, messageId);
    return messageId;
  }

  tries(messageId: string): void {
    this.#completionTried.add(messageId);
  }

  completed(messageId: string): void {
    this.#completed.add(messageId);
  }

  /** @param left the ids of everything that the broker holds at the end */
  verify(left: readonly string[]): void {
    assert.equal(new Set(left).size, left.length, 'a message is there twice');
    const there = new Set(left);
    const lost = [...this.#accepted].filter((id) => !there.has(id) && !this.#completionTried.has(id));
    assert.deepEqual(lost, [], 'accepted messages are lost');
  }
}
