import { readSystemProperties } from '../../src/codec/properties.ts';
import type { MessageCopy } from '../../src/core/message.ts';
import type { Queue } from '../../src/core/queue.ts';
import type { Whereabouts } from './ledger.ts';
import type { Ledgers, MixedPath } from './mixed-config.ts';
import type { Life } from './mixed-load.ts';

interface Held {
  readonly path: MixedPath;
  readonly queue: Queue;
  readonly id: string;
  readonly token: Buffer;
}

/** What the clients of one life have received and not settled, and what they tell the ledgers. */
export class HeldMessages {
  readonly #life: Life;
  readonly #ledgers: Ledgers['messages'];
  readonly #held: Held[] = [];

  constructor(life: Life, ledgers: Ledgers) {
    this.#life = life;
    this.#ledgers = ledgers.messages;
  }

  add(path: MixedPath, queue: Queue, copy: MessageCopy | undefined): void {
    if (copy?.lock === undefined) return;
    const id = idOf(copy);
    const ledger = this.#ledgers[path];
    ledger.received(id);
    // The lock may end, and that may have been the last delivery.
    ledger.asked(id, 'dead');
    this.whenTold(() => ledger.numbered(id, copy.sequenceNumber));
    this.#held.push({ path, queue, id, token: copy.lock.token });
  }

  /** Receive and delete. */
  take(path: MixedPath, copy: MessageCopy | undefined): void {
    if (copy === undefined) return;
    this.#ledgers[path].received(idOf(copy));
    this.ask(path, idOf(copy), 'gone');
  }

  /** Settles one of them, in any way. */
  settle(): void {
    const { broker, random } = this.#life;
    const [held] = this.#held.splice(random.below(this.#held.length), 1);
    if (held === undefined) return;
    const { path, queue, id, token } = held;
    const dead = queue.deadLetters === undefined;
    const changes = random.below(2) === 0 ? new Map() : new Map([['changed', 'by a client']]);
    switch (random.pick(['complete', 'abandon', 'defer', 'dead-letter'])) {
      case 'abandon':
        queue.abandon(token, broker.nowMs, changes);
        this.ask(path, id, 'queue', 'deferred', 'dead');
        break;
      case 'defer':
        queue.defer(token, broker.nowMs, changes);
        this.ask(path, id, dead ? 'dead' : 'deferred');
        break;
      case 'dead-letter':
        queue.deadLetter(token, broker.nowMs, { reason: 'test', description: undefined, changes });
        this.ask(path, id, 'dead');
        break;
      default:
        queue.complete(token, broker.nowMs);
        this.ask(path, id, 'gone');
    }
  }

  ask(path: MixedPath, id: string, ...places: readonly Whereabouts[]): void {
    this.#ledgers[path].asked(id, ...places);
    this.whenTold(() => this.#ledgers[path].told(id, ...places));
  }

  whenTold(work: () => void): void {
    this.#life.broker.whenDurable((failure) => {
      if (failure === undefined && !this.#life.isDead()) work();
    });
  }
}

export function idOf({ content }: MessageCopy): string {
  return String(readSystemProperties(content.bare).messageId);
}
