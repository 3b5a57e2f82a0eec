import type { Broker } from '../../src/broker/broker.ts';
import { readSystemProperties } from '../../src/codec/properties.ts';
import { BrokerError } from '../../src/core/broker-error.ts';
import type { MessageCopy } from '../../src/core/message.ts';
import type { Queue } from '../../src/core/queue.ts';
import { Ledger, type Sighting, type Whereabouts } from './ledger.ts';
import type { ManualClock } from './manual-clock.ts';
import type { Random } from './random.ts';
import { arrival } from './samples.ts';

const redOnly = { Name: 'r', Properties: { FilterType: 'Correlation', CorrelationFilter: { Label: 'red' } } };
const workProperties = {
  RequiresDuplicateDetection: true,
  DuplicateDetectionHistoryTimeWindow: 'PT1H',
  MaxDeliveryCount: 3,
  DeadLetteringOnMessageExpiration: true,
};

/** A queue with everything that a queue can do, and a topic whose subscriptions differ. */
export const mixedConfig = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [{ Name: 'work', Properties: workProperties }],
        Topics: [{ Name: 'events', Subscriptions: [{ Name: 'all' }, { Name: 'red', Rules: [redOnly] }] }],
      },
    ],
  },
};

export const mixedPaths = ['work', 'events/Subscriptions/all', 'events/Subscriptions/red'] as const;
type Path = (typeof mixedPaths)[number];
export type Ledgers = Readonly<Record<Path, Ledger>>;

export function createLedgers(): Ledgers {
  const entries = mixedPaths.map((path) => [path, new Ledger(path, isMortal)] as const);
  return Object.fromEntries(entries) as Record<Path, Ledger>;
}

export const timeToLiveMs = 30_000;
/** Messages with a time to live say so in their ids. */
export const isMortal = (id: string): boolean => id.startsWith('mortal');

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

interface Held {
  readonly path: Path;
  readonly queue: Queue;
  readonly id: string;
  readonly token: Buffer;
}

/** Clients that ask one broker for everything at once, in an order that repeats for the same seed. */
export class MixedLoad {
  readonly #life: Life;
  readonly #ledgers: Ledgers;
  readonly #prefix: string;
  readonly #held: Held[] = [];
  readonly #scheduled: { readonly id: string; readonly sequenceNumber: number }[] = [];
  readonly #operations: readonly (() => void)[];

  constructor(life: Life, ledgers: Ledgers, prefix: string) {
    this.#life = life;
    this.#ledgers = ledgers;
    this.#prefix = prefix;
    const [send, lock, settle] = [() => this.#send(), () => this.#lock(), () => this.#settle()];
    const take = () => this.#take();
    const rest = [() => this.#repeat(), () => this.#cancel(), () => this.#publish(), take, take, take, take];
    const time = [() => life.clock.advance(life.random.below(20_000)), () => this.#reviveDeferred()];
    this.#operations = [send, send, lock, lock, lock, lock, settle, settle, settle, ...rest, ...time];
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
    const ledger = this.#ledgers.work;
    ledger.askedTogether(ids);
    this.#whenTold(() => {
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
    this.#ask('work', entry.id, 'gone');
  }

  #publish(): void {
    const { broker, random } = this.#life;
    const id = this.#newId('event');
    const subject = random.pick(['red', 'blue']);
    broker.send(broker.findTarget('events'), [arrivalOf(id, { subject })]);
    this.#ask('events/Subscriptions/all', id, 'queue');
    if (subject === 'red') this.#ask('events/Subscriptions/red', id, 'queue');
  }

  #lock(): void {
    const path = this.#life.random.pick(mixedPaths);
    const queue = this.#source(path);
    this.#hold(path, queue, queue.lockNext(this.#life.broker.nowMs));
  }

  #reviveDeferred(): void {
    const { broker } = this.#life;
    const queue = broker.findSource('work');
    const deferred = [...broker.peek(queue, 0, 1_000)].find(({ state }) => state === 'deferred');
    if (deferred === undefined) return;
    const [copy] = queue.lockDeferred([deferred.sequenceNumber], broker.nowMs);
    this.#hold('work', queue, copy);
  }

  #hold(path: Path, queue: Queue, copy: MessageCopy | undefined): void {
    if (copy?.lock === undefined) return;
    const id = idOf(copy);
    const ledger = this.#ledgers[path];
    ledger.received(id);
    // The lock may end, and that may have been the last delivery.
    ledger.asked(id, 'dead');
    this.#whenTold(() => ledger.numbered(id, copy.sequenceNumber));
    this.#held.push({ path, queue, id, token: copy.lock.token });
  }

  #settle(): void {
    const { broker, random } = this.#life;
    const [held] = this.#held.splice(random.below(this.#held.length), 1);
    if (held === undefined) return;
    const { path, queue, id, token } = held;
    const dead = queue.deadLetters === undefined;
    const changes = random.below(2) === 0 ? new Map() : new Map([['changed', 'by a client']]);
    switch (random.pick(['complete', 'abandon', 'defer', 'dead-letter'])) {
      case 'abandon':
        queue.abandon(token, broker.nowMs, changes);
        this.#ask(path, id, 'queue', 'deferred', 'dead');
        break;
      case 'defer':
        queue.defer(token, broker.nowMs, changes);
        this.#ask(path, id, dead ? 'dead' : 'deferred');
        break;
      case 'dead-letter':
        queue.deadLetter(token, broker.nowMs, { reason: 'test', description: undefined, changes });
        this.#ask(path, id, 'dead');
        break;
      default:
        queue.complete(token, broker.nowMs);
        this.#ask(path, id, 'gone');
    }
  }

  /** Receive and delete. */
  #take(): void {
    const path = this.#life.random.pick(mixedPaths);
    const copy = this.#source(path).takeNext(this.#life.broker.nowMs);
    if (copy === undefined) return;
    this.#ledgers[path].received(idOf(copy));
    this.#ask(path, idOf(copy), 'gone');
  }

  #source(path: Path): Queue {
    const { broker, random } = this.#life;
    return broker.findSource(random.below(4) === 0 ? `${path}/$deadletterqueue` : path);
  }

  #ask(path: Path, id: string, ...places: readonly Whereabouts[]): void {
    this.#ledgers[path].asked(id, ...places);
    this.#whenTold(() => this.#ledgers[path].told(id, ...places));
  }

  #whenTold(work: () => void): void {
    this.#life.broker.whenDurable((failure) => {
      if (failure === undefined && !this.#life.isDead()) work();
    });
  }

  #newId(kind: string): string {
    return `${kind}-${this.#prefix}-${this.#life.random.below(2 ** 31)}`;
  }
}

/** Everything that the broker has for a queue or subscription. */
export function sightings(broker: Broker, path: string): Sighting[] {
  const all = (queue: Queue) => [...broker.peek(queue, 0, 1_000_000)];
  const ready = all(broker.findSource(path)).map((copy): Sighting => {
    const at = copy.state === 'deferred' ? 'deferred' : 'queue';
    return { id: idOf(copy), sequenceNumber: copy.sequenceNumber, at };
  });
  const dead = all(broker.findSource(`${path}/$deadletterqueue`));
  return [
    ...ready,
    ...dead.map((copy) => ({ id: idOf(copy), sequenceNumber: copy.sequenceNumber, at: 'dead' }) as const),
  ];
}

function arrivalOf(id: string, fields: object = {}) {
  return arrival({ message_id: id, ...(isMortal(id) ? { ttl: timeToLiveMs } : {}), ...fields });
}

function idOf({ content }: MessageCopy): string {
  return String(readSystemProperties(content.bare).messageId);
}
