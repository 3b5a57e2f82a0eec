import type { Arrival, Content } from '../codec/content.ts';
import { type ApplicationProperties, noChanges, readSessionId } from '../codec/properties.ts';
import { BrokerError } from './broker-error.ts';
import {
  type DeadLetterReason,
  deadCopy,
  deliveriesSpent,
  expired,
  sessionMissing,
  withChanges,
  withReason,
} from './dead-letter.ts';
import { deadLetterOptions, type QueueOptions } from './entity-options.ts';
import { Forwarder } from './forwarder.ts';
import type { HeldSession, Outlet } from './held-session.ts';
import { Intake } from './intake.ts';
import type { EntityRecord } from './journal.ts';
import { LockTable } from './lock-table.ts';
import {
  bytesOfArrivals,
  createMessage,
  type Message,
  type MessageCopy,
  type MessageNumbers,
  type Origin,
} from './message.ts';
import { Outflow } from './outflow.ts';
import type { QueueCounts } from './queue-counts.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import { SessionStates } from './session-states.ts';
import type { SessionQueue, Sessions } from './sessions.ts';
import { Shelf } from './shelf.ts';

/**
 * A queue, a subscription or a dead-letter queue: the state machine of its messages. No I/O: it changes its memory
 * and tells the journal; whoever drives it commits the journal before anyone hears of the change.
 */
export class Queue implements Outlet, SessionQueue {
  readonly path: string;
  readonly id: number;
  options: QueueOptions;
  /** Undefined for a dead-letter queue itself. */
  readonly deadLetters: Queue | undefined;
  readonly #surroundings: QueueSurroundings;
  readonly #shelf: Shelf;
  readonly #intake: Intake;
  readonly #outflow: Outflow;
  readonly #forwarder: Forwarder;
  readonly #locks: LockTable;
  readonly #states: SessionStates;

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
    this.#states = new SessionStates(id, surroundings.journal);
    const { duplicateWindowMs, lockDurationMs, requiresSession } = options;
    this.#locks = new LockTable(lockDurationMs, surroundings.newLockToken, requiresSession);
    this.#outflow = new Outflow(this, options, surroundings);
    this.#forwarder = new Forwarder(surroundings.findDestination);
    this.#intake = new Intake({
      entityId: id,
      duplicateWindowMs,
      journal: surroundings.journal,
      enter: (content, numbers, nowMs) => this.#enter(content, numbers, nowMs),
      withSessions: requiresSession,
    });
  }

  /** Applies to what arrives, is locked or is settled from now on. Whether there is a duplicate history stays. */
  redefine(options: QueueOptions): void {
    if (this.options.forwardTo !== options.forwardTo) this.#forwarder.expectOld(this.counts.active);
    this.options = options;
    this.#locks.durationMs = options.lockDurationMs;
    if (this.sessions !== undefined) this.sessions.lockDurationMs = options.lockDurationMs;
    this.#intake.resizeHistory(options.duplicateWindowMs);
    this.deadLetters?.redefine(deadLetterOptions(options));
  }

  /** Undefined where messages need no session. */
  get sessions(): Sessions | undefined {
    return this.#outflow.sessions;
  }

  get counts(): QueueCounts {
    return {
      active: this.#shelf.size - this.#shelf.deferredCount,
      scheduled: this.#intake.scheduled,
      deferred: this.#shelf.deferredCount,
      deadLettered: this.deadLetters?.count ?? 0,
    };
  }

  /** All that it holds, dead letters apart. */
  get count(): number {
    return this.#shelf.size + this.#intake.scheduled;
  }

  get bytes(): number {
    return this.#shelf.bytes + this.#intake.bytes + this.#states.bytes;
  }

  /** When `sweep` has something to do; Infinity when nothing is foreseen. */
  get nextDueMs(): number {
    if (this.#forwarder.hasOld && this.options.forwardTo !== undefined) return 0;
    return Math.min(this.#intake.nextDueMs, this.#locks.nextMs, this.#shelf.nextExpiryMs, this.#outflow.nextMs);
  }

  /** Forgets its memory and takes over what is durable. Locks are released by it. */
  load(record: EntityRecord): void {
    for (const part of [this.#shelf, this.#outflow, this.#locks]) part.clear();
    this.#states.load(record.stateBytes);
    this.#intake.load(record);
    for (const message of record.messages) this.#restore(message);
    this.#forwarder.expectOld(this.counts.active);
  }

  /** @throws BrokerError `quota-exceeded`; `not-allowed` when a session is required and not named */
  assertAccepts(arrivals: readonly Arrival[]): void {
    if (this.sessions !== undefined && arrivals.some(({ content }) => readSessionId(content.bare) === undefined))
      throw new BrokerError('not-allowed', `'${this.path}' requires sessions: every message needs a session id.`);
    this.assertRoom(arrivals.length, bytesOfArrivals(arrivals));
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
  accept(arrival: Arrival, nowMs: number, origin?: Origin): number {
    return this.#intake.accept(arrival, nowMs, origin);
  }

  /** Takes in a copy of what was sent to a topic. */
  enqueue(content: Content, nowMs: number, origin: Origin): void {
    this.#enter(content, { sequenceNumber: this.#intake.nextSequenceNumber(), ...origin }, nowMs);
  }

  /** Takes a message in as a dead letter. */
  enqueueDead(content: Content, nowMs: number, origin: Origin, reason: DeadLetterReason): void {
    const numbers = { sequenceNumber: this.#intake.nextSequenceNumber(), ...origin };
    this.#bury(this.#create(content, numbers, nowMs), content, reason, nowMs);
  }

  cancelScheduled(sequenceNumbers: readonly number[]): void {
    this.#intake.cancel(sequenceNumbers);
  }

  /**
   * @param state undefined clears it
   * @param replaced the state until now
   * @throws BrokerError `quota-exceeded`
   */
  writeSessionState(id: string, state: Buffer | undefined, replaced: Buffer | undefined, nowMs: number): void {
    const growth = this.#states.growth(state, replaced);
    if (growth > 0) this.assertRoom(0, growth);
    this.#states.write(id, state, replaced, nowMs);
  }

  get hasReady(): boolean {
    return this.#outflow.hasReady;
  }

  get isArriving(): boolean {
    return this.#outflow.isArriving;
  }

  /** @param session to lock the next message of; without sessions there is none */
  lockNext(nowMs: number, session?: HeldSession): MessageCopy | undefined {
    const message = this.#next(nowMs, session);
    return message === undefined ? undefined : this.#lock(message, nowMs, session);
  }

  /** Receive and delete. */
  takeNext(nowMs: number, session?: HeldSession): MessageCopy | undefined {
    const message = this.#next(nowMs, session);
    return message === undefined ? undefined : this.#take(message);
  }

  /**
   * Deferred messages, all or none; where sessions are required, of that session alone.
   * @throws BrokerError `message-not-found`
   */
  lockDeferred(sequenceNumbers: readonly number[], nowMs: number, session?: HeldSession): MessageCopy[] {
    const messages = this.#shelf.findDeferred(sequenceNumbers, nowMs, session?.id);
    return messages.map((message) => this.#lock(message, nowMs, session));
  }

  takeDeferred(sequenceNumbers: readonly number[], nowMs: number, session?: HeldSession): MessageCopy[] {
    return this.#shelf.findDeferred(sequenceNumbers, nowMs, session?.id).map((message) => this.#take(message));
  }

  /** Each settlement throws BrokerError `message-lock-lost` when the lock does not hold. */
  complete(token: Buffer, nowMs: number): void {
    this.#remove(this.#locks.get(token, nowMs));
  }

  abandon(token: Buffer, nowMs: number, changes = noChanges): void {
    const message = this.#locks.get(token, nowMs);
    this.#modify(message, changes);
    this.giveBack(message, nowMs);
  }

  /** Gives back without counting a delivery. */
  release(token: Buffer, nowMs: number): void {
    const message = this.#locks.get(token, nowMs);
    message.deliveryCount--;
    this.giveBack(message, nowMs);
  }

  defer(token: Buffer, nowMs: number, changes = noChanges): void {
    const message = this.#locks.get(token, nowMs);
    this.#modify(message, changes);
    this.#locks.unlock(message);
    this.#shelf.defer(message);
  }

  /** @throws BrokerError `not-allowed` in a dead-letter queue */
  deadLetter(token: Buffer, nowMs: number, reason: DeadLetterReason): void {
    if (this.deadLetters === undefined)
      throw new BrokerError('not-allowed', 'A message in a dead-letter queue cannot be dead-lettered again.');
    this.#deadLetter(this.#locks.get(token, nowMs), reason, nowMs);
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
    this.#intake.forgetOld(nowMs);
    for (let steps = 0; steps < stepsMax; steps++) if (!this.#doDue(nowMs)) return;
  }

  #doDue(nowMs: number): boolean {
    const came = this.#forwardOld(nowMs) || this.#intake.activateDue(nowMs);
    return came || this.#unlockDue(nowMs) || this.#expireDue(nowMs);
  }

  #unlockDue(nowMs: number): boolean {
    const message = this.#locks.takeEnded(nowMs);
    if (message === undefined) return this.sessions?.endDue(nowMs) ?? false;
    this.giveBack(message, nowMs);
    return true;
  }

  #expireDue(nowMs: number): boolean {
    const message = this.#shelf.takeExpired(nowMs);
    if (message === undefined) return false;
    // A locked one is left to its holder; if it comes back, it expires then.
    if (message.lock === undefined) this.#expire(message, nowMs);
    return true;
  }

  #enter(content: Content, numbers: MessageNumbers, nowMs: number): void {
    const message = this.#create(content, numbers, nowMs);
    const outcome = this.#forwarder.forward(this.options, content, message, nowMs);
    if (outcome === 'gone') return;
    const refusal =
      outcome ?? (this.sessions === undefined || message.sessionId !== undefined ? undefined : sessionMissing);
    if (refusal === undefined) this.#add(message, content);
    else this.#bury(message, content, refusal, nowMs);
  }

  #create(content: Content, numbers: MessageNumbers, nowMs: number): Message {
    const lifetimeMs = Math.min(content.timeToLiveMs ?? Number.POSITIVE_INFINITY, this.options.timeToLiveMs);
    const sessionId = this.sessions === undefined ? undefined : readSessionId(content.bare);
    return createMessage(content, { ...numbers, enqueuedAtMs: nowMs, expiresAtMs: nowMs + lifetimeMs, sessionId });
  }

  /** Forwards one message that lay here before; says whether there was one. */
  #forwardOld(nowMs: number): boolean {
    const message = this.#forwarder.takeOld(this.options) ? this.#outflow.take() : undefined;
    if (message === undefined) return false;
    if (message.expiresAtMs <= nowMs) {
      this.#expire(message, nowMs);
      return true;
    }
    const outcome = this.#forwarder.forward(this.options, this.#shelf.read(message), message, nowMs);
    if (outcome === 'gone') this.#remove(message);
    else if (outcome !== undefined && this.deadLetters !== undefined) this.#deadLetter(message, outcome, nowMs);
    else {
      // A dead letter that cannot go stays, and so do those behind it.
      this.#forwarder.expectOld(0);
      this.#outflow.offer(message, 'giveBack');
    }
    return true;
  }

  onSessionAvailable(): void {
    this.#surroundings.onSessionAvailable(this);
  }

  #next(nowMs: number, session: HeldSession | undefined): Message | undefined {
    for (;;) {
      const message = this.#outflow.takeReady(session);
      if (message === undefined || message.expiresAtMs > nowMs) return message;
      this.#expire(message, nowMs);
    }
  }

  /** A lock has ended without a settlement: hands the message out again, one more delivery counted. */
  giveBack(message: Message, nowMs: number): void {
    this.#locks.unlock(message);
    message.deliveryCount++;
    if (this.deadLetters !== undefined && message.deliveryCount >= this.options.maxDeliveryCount) {
      this.#deadLetter(message, deliveriesSpent(message.deliveryCount), nowMs);
      return;
    }
    if (message.expiresAtMs <= nowMs) {
      this.#expire(message, nowMs);
      return;
    }
    this.#shelf.update(message);
    if (message.state === 'active') this.#outflow.offer(message, 'giveBack');
  }

  #expire(message: Message, nowMs: number): void {
    if (this.options.deadLetterOnExpiration && this.deadLetters !== undefined)
      this.#deadLetter(message, expired, nowMs);
    else this.#remove(message);
  }

  #deadLetter(message: Message, reason: DeadLetterReason, nowMs: number): void {
    const content = this.#shelf.read(message);
    this.#remove(message);
    this.#bury(message, content, reason, nowMs);
  }

  /** Puts a message that does not lie here any more, or never did, among the dead letters. */
  #bury(message: Message, body: Content, reason: DeadLetterReason, nowMs: number): void {
    const content = withReason(body, reason);
    this.deadLetters?.adopt(deadCopy(message, content, this.path), content, nowMs);
  }

  /** Takes over a message with its sequence number, which is unique here too: all come from one queue. */
  adopt(message: Message, content: Content, nowMs: number): void {
    if (this.#forwarder.forward(this.options, content, message, nowMs) !== 'gone') this.#add(message, content);
  }

  #add(message: Message, content: Content): void {
    this.#shelf.add(message, content);
    this.#outflow.join(message);
  }

  #restore(message: Message): void {
    if (message.state === 'scheduled') {
      this.#intake.restore(message);
      return;
    }
    this.#shelf.restore(message);
    this.#outflow.join(message);
  }

  #modify(message: Message, changes: ApplicationProperties): void {
    if (changes.size > 0) this.#shelf.rewrite(message, withChanges(this.#shelf.read(message), changes));
  }

  #lock(message: Message, nowMs: number, session: HeldSession | undefined): MessageCopy {
    const content = this.#shelf.read(message);
    this.#locks.lock(message, nowMs, session);
    return { ...message, content };
  }

  #take(message: Message): MessageCopy {
    const copy = this.#shelf.take(message);
    this.#outflow.leave(message);
    return copy;
  }

  #remove(message: Message): void {
    this.#locks.unlock(message);
    this.#shelf.remove(message);
    this.#outflow.leave(message);
  }
}
