import type { Broker } from '../../src/broker/broker.ts';
import { BrokerError } from '../../src/core/broker-error.ts';
import type { Queue } from '../../src/core/queue.ts';
import { HeldMessages } from './held-messages.ts';
import type { ManualClock } from './manual-clock.ts';
import { isMortal, type Ledgers, type PlainPath, plainPaths, sessionIds, timeToLiveMs } from './mixed-config.ts';
import type { Random } from './random.ts';
import { arrival } from './samples.ts';
import { SessionLoad } from './session-load.ts';

/** One life of the broker. */
export interface Life {
  readonly broker: Broker;
  readonly clock: ManualClock;
  readonly random: Random;
  /** Killed: what comes now reaches nobody. */
  readonly isDead: () => boolean;
  /** The last ids that were accepted, in this life or an earlier one. */
  readonly accepted: string[];
}

const acceptedKept = 20;
/** Without someone who takes much at once more and more would lie there, and each look at it take longer. */
export const drainMessages = 8;

/** Clients that ask one broker for everything at once, in an order that repeats for the same seed. */
export class MixedLoad {
  readonly #life: Life;
  readonly #ledgers: Ledgers;
  readonly #prefix: string;
  readonly #messages: HeldMessages;
  readonly #scheduled: { readonly id: string; readonly sequenceNumber: number }[] = [];
  readonly #operations: readonly (() => void)[];

  constructor(life: Life, ledgers: Ledgers, prefix: string) {
    this.#life = life;
    this.#ledgers = ledgers;
    this.#prefix = prefix;
    this.#messages = new HeldMessages(life, ledgers);
    const sessions = new SessionLoad(life, ledgers, this.#messages, (kind) => this.#newId(kind));
    const [send, lock, settle] = [() => this.#send(), () => this.#lock(), () => this.#messages.settle()];
    const [take, drain] = [() => this.#take(), () => this.#take(drainMessages)];
    const rest = [() => this.#repeat(), () => this.#cancel(), () => this.#publish(), take, take, drain];
    const time = [() => life.clock.advance(life.random.below(20_000)), () => this.#reviveDeferred()];
    const plain = [send, send, lock, lock, lock, lock, settle, settle, settle, settle];
    this.#operations = [...plain, ...rest, ...time, ...sessions.operations];
  }

  /** Does one thing that a client can ask for. */
  step(): void {
    if (this.#life.isDead()) return;
    try {
      this.#life.random.pick(this.#operations)();
    } catch (error) {
      // A lock that has ended, a message that has left: clients meet that every day.
      if (!(error instanceof BrokerError)) throw error;
    }
  }

  #send(): void {
    const { broker, random } = this.#life;
    const kind = random.pick(['plain', 'mortal', 'scheduled']);
    const ids = Array.from({ length: 1 + random.below(3) }, () => this.#newId(kind));
    const scheduledAtMs = kind === 'scheduled' ? broker.nowMs + random.below(50_000) : undefined;
    const arrivals = ids.map((id) => ({ ...arrivalOf(id), scheduledAtMs }));
    const numbers = broker.send(broker.findTarget('work'), arrivals);
    const ledger = this.#ledgers.messages.work;
    ledger.askedTogether(ids);
    this.#messages.whenTold(() => {
      for (const [index, id] of ids.entries()) {
        const sequenceNumber = numbers[index] ?? 0;
        ledger.told(id, 'queue');
        ledger.numbered(id, sequenceNumber);
        if (scheduledAtMs !== undefined) this.#scheduled.push({ id, sequenceNumber });
      }
      const { accepted } = this.#life;
      accepted.push(...ids);
      accepted.splice(0, accepted.length - acceptedKept);
    });
  }

  /** A client that has heard no answer sends again; one that was accepted before must change nothing. */
  #repeat(): void {
    const { broker, random, accepted } = this.#life;
    if (accepted.length > 0) broker.send(broker.findTarget('work'), [arrivalOf(random.pick(accepted))]);
  }

  #cancel(): void {
    const entry = this.#scheduled.pop();
    if (entry === undefined) return;
    this.#life.broker.findTarget('work').cancelScheduled([entry.sequenceNumber]);
    this.#messages.ask('work', entry.id, 'gone');
  }

  #publish(): void {
    const { broker, random } = this.#life;
    const id = this.#newId('event');
    const [subject, session] = [random.pick(['red', 'blue']), random.pick([...sessionIds, undefined])];
    broker.send(broker.findTarget('events'), [arrivalOf(id, { subject, group_id: session })]);
    this.#messages.ask('events/Subscriptions/all', id, 'queue');
    if (subject === 'red') this.#messages.ask('events/Subscriptions/red', id, 'queue');
    // What is forwarded to a queue with sessions and names none is buried.
    this.#messages.ask('tasks', id, session === undefined ? 'dead' : 'queue');
  }

  #lock(): void {
    const path = this.#life.random.pick(plainPaths);
    const queue = this.#source(path);
    this.#messages.add(path, queue, queue.lockNext(this.#life.broker.nowMs));
  }

  #reviveDeferred(): void {
    const { broker } = this.#life;
    const queue = broker.findSource('work');
    const deferred = [...broker.peek(queue, 0, 1_000)].find(({ state }) => state === 'deferred');
    if (deferred === undefined) return;
    const [copy] = queue.lockDeferred([deferred.sequenceNumber], broker.nowMs);
    this.#messages.add('work', queue, copy);
  }

  /** Receive and delete. */
  #take(countMax = 1): void {
    const path = this.#life.random.pick(plainPaths);
    const queue = this.#source(path);
    for (let count = 0; count < countMax; count++) this.#messages.take(path, queue.takeNext(this.#life.broker.nowMs));
  }

  #source(path: PlainPath): Queue {
    const { broker, random } = this.#life;
    return broker.findSource(random.below(3) === 0 ? `${path}/$deadletterqueue` : path);
  }

  #newId(kind: string): string {
    return `${kind}-${this.#prefix}-${this.#life.random.below(2 ** 31)}`;
  }
}

export function arrivalOf(id: string, fields: object = {}) {
  return arrival({ message_id: id, ...(isMortal(id) ? { ttl: timeToLiveMs } : {}), ...fields });
}
