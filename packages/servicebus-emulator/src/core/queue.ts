import type { Arrival, Content } from '../codec/content.ts';
import { type ApplicationProperties, withApplicationProperties } from '../codec/properties.ts';
import { BrokerError } from './broker-error.ts';
import { DuplicateHistory } from './duplicate-history.ts';
import type { QueueOptions } from './entity-options.ts';
import type { EntityRecord, Journal } from './journal.ts';
import { LockTable } from './lock-table.ts';
import { bytesOf, createMessage, type Message, type MessageCopy } from './message.ts';
import { ReadyList } from './ready-list.ts';
import { Schedule } from './schedule.ts';
import { Sequence } from './sequence.ts';
import { Shelf } from './shelf.ts';

export interface QueueCounts {
  active: number;
  scheduled: number;
  deferred: number;
  deadLettered: number;
}

export interface QueueSurroundings {
  readonly journal: Journal;
  /** 16 fresh random bytes. */
  readonly newLockToken: () => Buffer;
  /** Something can be handed out. */
  readonly onReady: (queue: Queue) => void;
}

export interface DeadLetterReason {
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly changes?: ApplicationProperties;
}

const noChanges: ApplicationProperties = new Map();

/**
 * A queue, a subscription or a dead-letter queue: the state machine of its messages. No I/O: it changes its memory
 * and tells the journal; whoever drives it commits the journal before anyone hears of the change.
 */
export class Queue {
  readonly path: string;
  readonly id: number;
  readonly options: QueueOptions;
  /** Undefined for a dead-letter queue itself. */
  readonly deadLetters: Queue | undefined;
  readonly #surroundings: QueueSurroundings;
  readonly #shelf: Shelf;
  readonly #sequence: Sequence;
  readonly #ready = new ReadyList();
  readonly #schedule: Schedule;
  readonly #locks: LockTable;
  readonly #history: DuplicateHistory | undefined;

  constructor(
    path: string,
    id: number,
    options: QueueOptions,
    surroundings: QueueSurroundings,
    deadLetters?: Queue | undefined,
  ) {
    this.path = path;
    this.options = options;
    this.deadLetters = deadLetters;
    this.id = id;
    this.#surroundings = surroundings;
    this.#shelf = new Shelf(id, surroundings.journal);
    this.#sequence = new Sequence(id, surroundings.journal);
    this.#schedule = new Schedule(id, surroundings.journal);
    this.#locks = new LockTable(options.lockDurationMs, surroundings.newLockToken);
    const { duplicateWindowMs } = options;
    if (duplicateWindowMs !== undefined)
      this.#history = new DuplicateHistory(id, duplicateWindowMs, surroundings.journal);
  }

  get counts(): QueueCounts {
    return {
      active: this.#shelf.size - this.#shelf.deferredCount,
      scheduled: this.#schedule.size,
      deferred: this.#shelf.deferredCount,
      deadLettered: this.deadLetters?.count ?? 0,
    };
  }

  /** All that it holds, dead letters apart. */
  get count(): number {
    return this.#shelf.size + this.#schedule.size;
  }

  get bytes(): number {
    return this.#shelf.bytes + this.#schedule.bytes;
  }

  /** When `sweep` has something to do; Infinity when nothing is foreseen. */
  get nextDueMs(): number {
    return Math.min(this.#schedule.nextMs, this.#locks.nextMs, this.#shelf.nextExpiryMs);
  }

  /** Forgets its memory and takes over what is durable. Locks are released by it. */
  load(record: EntityRecord): void {
    for (const part of [this.#shelf, this.#ready, this.#schedule, this.#locks]) part.clear();
    this.#sequence.load(record.lastSequenceNumber);
    this.#history?.load(record.remembered);
    for (const message of record.messages) this.#restore(message);
  }

  /** @throws BrokerError `quota-exceeded` when that much more does not fit */
  assertRoom(messages: number, bytes: number): void {
    const held = this.count + (this.deadLetters?.count ?? 0);
    const heldBytes = this.bytes + (this.deadLetters?.bytes ?? 0);
    if (held + messages <= this.options.messagesMax && heldBytes + bytes <= this.options.bytesMax) return;
    const text = `The entity '${this.path}' is full: it holds ${held} messages, ${heldBytes} bytes.`;
    throw new BrokerError('quota-exceeded', text);
  }

  /**
   * Takes a message in, now or for its moment; one that is a duplicate is dropped.
   * @returns its sequence number
   */
  accept(arrival: Arrival, nowMs: number): number {
    const { content, messageId, scheduledAtMs } = arrival;
    if (messageId !== undefined && this.#history?.admit(messageId, nowMs) === false) return this.#sequence.next();
    if (scheduledAtMs === undefined || scheduledAtMs <= nowMs) return this.enqueue(content, nowMs).sequenceNumber;
    const sequenceNumber = this.#sequence.next();
    const known = { sequenceNumber, enqueuedAtMs: nowMs, state: 'scheduled', scheduledAtMs } as const;
    this.#schedule.add(createMessage(content, known), content);
    return sequenceNumber;
  }

  enqueue(content: Content, nowMs: number, enqueuedSequenceNumber?: number): Message {
    const lifetimeMs = Math.min(content.timeToLiveMs ?? Number.POSITIVE_INFINITY, this.options.timeToLiveMs);
    const message = createMessage(content, {
      sequenceNumber: this.#sequence.next(),
      enqueuedAtMs: nowMs,
      expiresAtMs: nowMs + lifetimeMs,
      ...(enqueuedSequenceNumber === undefined ? {} : { enqueuedSequenceNumber }),
    });
    this.adopt(message, content);
    return message;
  }

  /** Takes a message in as a dead letter. */
  enqueueDead(content: Content, nowMs: number, enqueuedSequenceNumber: number, reason: DeadLetterReason): void {
    this.#deadLetter(this.enqueue(content, nowMs, enqueuedSequenceNumber), reason);
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#schedule.cancel(sequenceNumbers);
  }

  /** Whether `lockNext` or `takeNext` would find one, but for expired ones. */
  get hasReady(): boolean {
    return this.#ready.peek() !== undefined;
  }

  lockNext(nowMs: number): MessageCopy | undefined {
    const message = this.#next(nowMs);
    return message === undefined ? undefined : this.#lock(message, nowMs);
  }

  /** Receive and delete. */
  takeNext(nowMs: number): MessageCopy | undefined {
    const message = this.#next(nowMs);
    return message === undefined ? undefined : this.#shelf.take(message);
  }

  /**
   * Deferred messages, all or none.
   * @throws BrokerError `message-not-found`
   */
  lockDeferred(sequenceNumbers: readonly number[], nowMs: number): MessageCopy[] {
    return this.#deferred(sequenceNumbers, nowMs).map((message) => this.#lock(message, nowMs));
  }

  takeDeferred(sequenceNumbers: readonly number[], nowMs: number): MessageCopy[] {
    return this.#deferred(sequenceNumbers, nowMs).map((message) => this.#shelf.take(message));
  }

  /** Each settlement throws BrokerError `message-lock-lost` when the lock does not hold. */
  complete(token: Buffer, nowMs: number): void {
    this.#remove(this.#locks.get(token, nowMs));
  }

  abandon(token: Buffer, nowMs: number, changes = noChanges): void {
    const message = this.#locks.get(token, nowMs);
    this.#modify(message, changes);
    this.#giveBack(message, nowMs);
  }

  /** Gives back without counting a delivery. */
  release(token: Buffer, nowMs: number): void {
    const message = this.#locks.get(token, nowMs);
    message.deliveryCount--;
    this.#giveBack(message, nowMs);
  }

  defer(token: Buffer, nowMs: number, changes = noChanges): void {
    const message = this.#locks.get(token, nowMs);
    this.#locks.unlock(message);
    this.#modify(message, changes);
    this.#shelf.defer(message);
  }

  /** @throws BrokerError `not-allowed` in a dead-letter queue */
  deadLetter(token: Buffer, nowMs: number, reason: DeadLetterReason): void {
    if (this.deadLetters === undefined)
      throw new BrokerError('not-allowed', 'A message in a dead-letter queue cannot be dead-lettered again.');
    this.#deadLetter(this.#locks.get(token, nowMs), reason);
  }

  /** @returns until when it is locked now */
  renewLock(token: Buffer, nowMs: number): number {
    return this.#locks.renew(token, nowMs);
  }

  /** Whether anyone still waits for the settlement of this lock. */
  isLocked(token: Buffer): boolean {
    return this.#locks.holds(token);
  }

  /** Does at most `stepsMax` of what is due: a million messages may expire in one moment. */
  sweep(nowMs: number, stepsMax: number): void {
    this.#history?.forgetOld(nowMs);
    for (let steps = 0; steps < stepsMax; steps++) {
      if (!(this.#activateDue(nowMs) || this.#unlockDue(nowMs) || this.#expireDue(nowMs))) return;
    }
  }

  #activateDue(nowMs: number): boolean {
    const message = this.#schedule.take(nowMs);
    if (message === undefined) return false;
    this.enqueue(message.content, nowMs);
    return true;
  }

  #unlockDue(nowMs: number): boolean {
    const message = this.#locks.takeEnded(nowMs);
    if (message === undefined) return false;
    this.#giveBack(message, nowMs);
    return true;
  }

  #expireDue(nowMs: number): boolean {
    const message = this.#shelf.takeExpired(nowMs);
    if (message === undefined) return false;
    // A locked one is left to its holder; if it comes back, it expires then.
    if (message.lock === undefined) this.#expire(message);
    return true;
  }

  #next(nowMs: number): Message | undefined {
    for (;;) {
      const message = this.#ready.take();
      if (message === undefined || message.expiresAtMs > nowMs) return message;
      this.#expire(message);
    }
  }

  #deferred(sequenceNumbers: readonly number[], nowMs: number): Message[] {
    return [...new Set(sequenceNumbers)].map((sequenceNumber) => {
      const message = this.#shelf.findDeferred(sequenceNumber);
      if (message !== undefined && message.lock === undefined && message.expiresAtMs > nowMs) return message;
      const text = `No deferred message has the sequence number ${sequenceNumber}, or it is locked.`;
      throw new BrokerError('message-not-found', text);
    });
  }

  #giveBack(message: Message, nowMs: number): void {
    this.#locks.unlock(message);
    message.deliveryCount++;
    if (this.deadLetters !== undefined && message.deliveryCount >= this.options.maxDeliveryCount) {
      const description = `Message could not be consumed after ${message.deliveryCount} delivery attempts.`;
      this.#deadLetter(message, { reason: 'MaxDeliveryCountExceeded', description });
      return;
    }
    if (message.expiresAtMs <= nowMs) {
      this.#expire(message);
      return;
    }
    this.#shelf.update(message);
    if (message.state !== 'active') return;
    this.#ready.giveBack(message);
    this.#surroundings.onReady(this);
  }

  #expire(message: Message): void {
    if (this.options.deadLetterOnExpiration && this.deadLetters !== undefined) {
      const description = 'The message expired and was dead lettered.';
      this.#deadLetter(message, { reason: 'TTLExpiredException', description });
    } else this.#remove(message);
  }

  #deadLetter(message: Message, { reason, description, changes = noChanges }: DeadLetterReason): void {
    const properties = new Map(changes);
    if (reason !== undefined) properties.set('DeadLetterReason', reason);
    if (description !== undefined) properties.set('DeadLetterErrorDescription', description);
    const content = changed(this.#shelf.read(message), properties);
    this.#remove(message);
    const dead: Message = {
      ...message,
      bytes: bytesOf(content),
      deadLetterSource: this.path,
      expiresAtMs: Number.POSITIVE_INFINITY,
      state: 'active',
      removed: false,
    };
    this.deadLetters?.adopt(dead, content);
  }

  /** Takes over a message with its sequence number, which is unique here too: all come from one queue. */
  adopt(message: Message, content: Content): void {
    this.#shelf.add(message, content);
    this.#offer(message);
  }

  #restore(message: Message): void {
    if (message.state === 'scheduled') {
      this.#schedule.restore(message);
      return;
    }
    this.#shelf.restore(message);
    this.#offer(message);
  }

  #offer(message: Message): void {
    if (message.state !== 'active') return;
    this.#ready.append(message);
    this.#surroundings.onReady(this);
  }

  #modify(message: Message, changes: ApplicationProperties): void {
    if (changes.size > 0) this.#shelf.rewrite(message, changed(this.#shelf.read(message), changes));
  }

  #lock(message: Message, nowMs: number): MessageCopy {
    const content = this.#shelf.read(message);
    this.#locks.lock(message, nowMs);
    return { ...message, content };
  }

  #remove(message: Message): void {
    this.#locks.unlock(message);
    this.#shelf.remove(message);
  }
}

function changed(content: Content, changes: ApplicationProperties): Content {
  return changes.size === 0 ? content : { ...content, bare: withApplicationProperties(content.bare, changes) };
}
