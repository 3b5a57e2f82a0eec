import type { Arrival } from '../codec/content.ts';
import type { NamespaceDefinition } from '../config/definition.ts';
import { BrokerError } from '../core/broker-error.ts';
import { Catalogue, type Revision } from '../core/catalogue.ts';
import type { Clock } from '../core/clock.ts';
import { withoutHost } from '../core/entity-definition.ts';
import { allowsReceive, allowsSend } from '../core/entity-options.ts';
import type { HeldSession, Outlet, SessionClaim } from '../core/held-session.ts';
import { bytesOfArrivals, type MessageCopy } from '../core/message.ts';
import { Namespace } from '../core/namespace.ts';
import { Queue } from '../core/queue.ts';
import type { Topic } from '../core/topic.ts';
import { type Faults, noFaults } from '../faults/faults.ts';
import type { SqliteStore } from '../storage/sqlite-store.ts';
import { Administration, notFound } from './administration.ts';
import { Alarm } from './alarm.ts';
import { type Consumer, Dispatcher } from './dispatcher.ts';
import { IdleWatch } from './idle-watch.ts';
import { SessionDesk } from './session-desk.ts';
import { type TurnEnd, Turns } from './turns.ts';

const sweepStepsMax = 2_000;

export type DetachListener = (entity: Queue | Topic, reason: BrokerError) => void;

/** Drives the entities: every change goes through it, and answers leave only when the change is durable. */
export class Broker {
  readonly namespace: Namespace;
  readonly administration: Administration;
  /** Told when whoever uses an entity has to let go of it. */
  readonly detachListeners = new Set<DetachListener>();
  readonly faults: Faults;
  readonly #clock: Clock;
  readonly #store: SqliteStore;
  readonly #dispatcher = new Dispatcher();
  readonly #sessionDesk: SessionDesk;
  readonly #alarm: Alarm;
  readonly #turns: Turns;
  readonly #idleWatch: IdleWatch;
  readonly #accessed = new WeakMap<Queue | Topic, number>();

  constructor(
    definition: NamespaceDefinition,
    store: SqliteStore,
    clock: Clock,
    newLockToken: () => Buffer,
    faults = noFaults,
  ) {
    this.faults = faults;
    this.#clock = clock;
    this.#store = store;
    this.#sessionDesk = new SessionDesk(clock);
    this.#turns = new Turns({
      commit: () => store.commit(),
      sync: (end) => store.log.sync(end),
      syncNow: () => store.log.syncNow(),
      recover: () => this.namespace.reload(store.takeTouched()),
      advance: () => this.#advance(),
    });
    this.#alarm = new Alarm(clock, () => this.#sweep());
    const onReady = (outlet: Outlet) => this.#dispatcher.touch(outlet);
    const onSessionAvailable = (queue: Queue) => this.#sessionDesk.touch(queue);
    const readRecord = (path: string) => store.readRecord(path);
    const catalogue = new Catalogue(definition);
    const entities = catalogue.merge(readRevisions(store, catalogue));
    this.namespace = new Namespace(entities, readRecord, {
      journal: store,
      newLockToken,
      onReady,
      onSessionAvailable,
      findDestination: (path) => this.findTarget(withoutHost(path)),
    });
    this.administration = new Administration({
      namespace: this.namespace,
      catalogue,
      store,
      nowMs: () => clock.nowMs(),
      settle: () => this.#turns.settle(),
      wake: () => this.#turns.request(),
      accessedAtMs: (entity) => this.#accessed.get(entity),
      detach: (entity, reason) => this.#detach(entity, reason),
    });
    this.administration.begin();
    this.#idleWatch = new IdleWatch({
      clock,
      namespace: this.namespace,
      lastUsedMs: (entity) =>
        Math.max(this.#accessed.get(entity) ?? 0, this.administration.timesOf(entity).modifiedAtMs),
      hasReceivers: (queue) =>
        this.#dispatcher.has(queue) || this.#sessionDesk.has(queue) || queue.sessions?.hasHolders === true,
      delete: (path) => this.administration.delete(path),
    });
    this.#sweep();
  }

  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** @throws BrokerError `entity-not-found` */
  assertExists(address: string): void {
    this.#find(address);
  }

  /** @throws BrokerError `entity-not-found`, `not-allowed`, `entity-disabled` */
  findTarget(address: string): Queue | Topic {
    const entity = this.#find(address);
    if (entity instanceof Queue && (entity.deadLetters === undefined || isSubscription(entity)))
      throw new BrokerError('not-allowed', `Nothing can be sent to '${entity.path}'.`);
    if (!allowsSend(entity.options.status)) throw disabled(entity);
    return entity;
  }

  /** @throws BrokerError `entity-not-found`, `not-allowed`, `entity-disabled` */
  findSource(address: string): Queue {
    const entity = this.#find(address);
    if (!(entity instanceof Queue))
      throw new BrokerError('not-allowed', `'${entity.path}' is a topic: receive from one of its subscriptions.`);
    if (!allowsReceive(entity.options.status)) throw disabled(entity);
    return entity;
  }

  /**
   * All messages or none.
   * @returns their sequence numbers
   * @throws BrokerError `quota-exceeded`, `server-busy`, `storage-failed`
   */
  send(target: Queue | Topic, arrivals: readonly Arrival[]): number[] {
    if (this.faults.strikes('refuse-sends', target.path))
      throw new BrokerError('server-busy', `Sends to '${target.path}' are refused on demand.`);
    target.assertAccepts(arrivals);
    this.#store.room.assertFor(bytesOfArrivals(arrivals));
    const { nowMs } = this;
    this.#accessed.set(target, nowMs);
    return arrivals.map((arrival) => target.accept(arrival, nowMs));
  }

  /** Up to `countMax` messages of a queue, or of one session, from a sequence number on, whatever their state. */
  peek(queue: Queue, first: number, countMax: number, sessionId?: string): Iterable<MessageCopy> {
    return this.#store.readFrom(queue.id, first, countMax, sessionId);
  }

  whenDurable(end: TurnEnd): void {
    this.#turns.whenDurable(end);
  }

  /** The same for what a client is told of something that it asked of an entity. */
  answer(entity: string, end: TurnEnd): void {
    this.#turns.whenDurable(this.faults.answer(entity, end));
  }

  subscribe(consumer: Consumer): void {
    this.#dispatcher.add(this.#withFaults(consumer));
    this.#turns.request();
  }

  unsubscribe(consumer: Consumer): void {
    this.#dispatcher.remove(this.#withFaults(consumer));
    if (consumer.outlet instanceof Queue) this.#accessed.set(consumer.outlet, this.nowMs);
  }

  /** A consumer has room again, or wants to hear that nothing is left. */
  touch(outlet: Outlet): void {
    this.#dispatcher.touch(outlet);
    this.#turns.request();
  }

  /** @throws BrokerError `session-cannot-be-locked`, `not-allowed` */
  acceptSession(queue: Queue, id: string, claim: SessionClaim): HeldSession {
    const session = queue.sessions?.accept(id, claim, this.nowMs);
    if (session === undefined) throw new BrokerError('not-allowed', `'${queue.path}' has no sessions.`);
    return session;
  }

  /**
   * Waits for a session that has something ready.
   * @returns withdraws: no answer comes any more
   */
  awaitSession(
    queue: Queue,
    claim: SessionClaim,
    timeoutMs: number,
    answer: (outcome: HeldSession | BrokerError) => void,
  ): () => void {
    this.#turns.request();
    return this.#sessionDesk.wait(queue, claim, timeoutMs, answer);
  }

  releaseSession(queue: Queue, session: HeldSession): void {
    queue.sessions?.release(session, this.nowMs);
    this.#accessed.set(queue, this.nowMs);
    this.#turns.request();
  }

  readSessionState(queue: Queue, id: string): Buffer | undefined {
    return this.#store.readSessionState(queue.id, id);
  }

  /** @throws BrokerError `quota-exceeded`, `storage-failed` */
  writeSessionState(queue: Queue, id: string, state: Buffer | undefined): void {
    if (state !== undefined) this.#store.room.assertFor(state.length);
    queue.writeSessionState(id, state, this.readSessionState(queue, id), this.nowMs);
  }

  /** Those with messages or, when a time is given, those whose state was written since then. */
  listSessions(queue: Queue, writtenSinceMs: number | undefined, skip: number, countMax: number): string[] {
    return this.#store.listSessions(queue.id, writtenSinceMs, skip, countMax);
  }

  /** Ends with what is in hand made durable. */
  stop(): void {
    this.#alarm.stop();
    this.#idleWatch.stop();
    this.#turns.close();
  }

  #withFaults(consumer: Consumer): Consumer {
    return this.faults.consumer(consumer, (outlet) => this.touch(outlet));
  }

  #find(address: string): Queue | Topic {
    const entity = this.namespace.find(address);
    if (entity !== undefined) {
      this.#accessed.set(entity, this.nowMs);
      return entity;
    }
    throw notFound(address);
  }

  #detach(entity: Queue | Topic, reason: BrokerError): void {
    for (const listener of this.detachListeners) listener(entity, reason);
  }

  #advance(): void {
    this.#sessionDesk.pump(this.nowMs);
    this.#dispatcher.pump(this.nowMs, (consumer, message) => {
      this.#turns.whenDurable((failure) => {
        if (failure === undefined) consumer.deliver(message);
        else consumer.fail(failure);
      });
    });
    this.#setAlarm();
  }

  #sweep(): void {
    const { nowMs } = this;
    for (const entity of this.namespace.entities) {
      if (entity.nextDueMs <= nowMs) entity.sweep(nowMs, sweepStepsMax);
    }
    this.#turns.request();
  }

  #setAlarm(): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const entity of this.namespace.entities) nextMs = Math.min(nextMs, entity.nextDueMs);
    this.#alarm.set(nextMs);
  }
}

function isSubscription(queue: Queue): boolean {
  return queue.path.includes('/Subscriptions/');
}

function disabled(entity: Queue | Topic): BrokerError {
  return new BrokerError('entity-disabled', `The messaging entity '${entity.path}' is ${entity.options.status}.`);
}

/** What clients have made of the entities; what the configuration has overtaken is forgotten. */
function readRevisions({ revisions }: SqliteStore, catalogue: Catalogue): Revision[] {
  const all = revisions.readAll();
  for (const { path } of catalogue.outdated(all)) revisions.drop(path);
  return all;
}
