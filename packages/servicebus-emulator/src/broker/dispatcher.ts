import type { BrokerError } from '../core/broker-error.ts';
import type { Outlet } from '../core/held-session.ts';
import type { MessageCopy } from '../core/message.ts';
import type { Queue } from '../core/queue.ts';

/** Someone who receives. */
export interface Consumer {
  readonly outlet: Outlet;
  /** Where its messages are settled. */
  readonly queue: Queue;
  readonly mode: 'peek-lock' | 'receive-and-delete';
  /** Whether it can take one more message now. */
  readonly canTake: boolean;
  /** Room for one message is spoken for until `deliver`. */
  reserve(): void;
  deliver(message: MessageCopy): void;
  /** It gets no more: what it was to have for good could not be taken out of its outlet. */
  fail(reason: BrokerError): void;
  /** Its outlet has no more for it now. */
  onIdle(): void;
}

/** Hands out what is ready, in turn, to consumers that have room. */
export class Dispatcher {
  readonly #consumers = new Map<Outlet, Consumer[]>();
  readonly #dirty = new Set<Outlet>();

  add(consumer: Consumer): void {
    const others = this.#consumers.get(consumer.outlet);
    if (others === undefined) this.#consumers.set(consumer.outlet, [consumer]);
    else others.push(consumer);
    this.#dirty.add(consumer.outlet);
  }

  remove(consumer: Consumer): void {
    const rest = (this.#consumers.get(consumer.outlet) ?? []).filter((other) => other !== consumer);
    if (rest.length > 0) this.#consumers.set(consumer.outlet, rest);
    else this.#consumers.delete(consumer.outlet);
  }

  has(outlet: Outlet): boolean {
    return this.#consumers.has(outlet);
  }

  /** Something changed for the outlet: messages, or room at a consumer. */
  touch(outlet: Outlet): void {
    this.#dirty.add(outlet);
  }

  /** @param taken is told of each message that leaves for good and goes out once that is durable */
  pump(nowMs: number, taken: (consumer: Consumer, message: MessageCopy) => void): void {
    const outlets = [...this.#dirty];
    this.#dirty.clear();
    for (const outlet of outlets) {
      const consumers = this.#consumers.get(outlet);
      if (consumers !== undefined) this.#pumpOutlet(outlet, consumers, nowMs, taken);
    }
  }

  #pumpOutlet(
    outlet: Outlet,
    consumers: Consumer[],
    nowMs: number,
    taken: (consumer: Consumer, message: MessageCopy) => void,
  ): void {
    while (outlet.hasReady) {
      const consumer = nextWithRoom(consumers);
      if (consumer === undefined) break;
      const peekLock = consumer.mode === 'peek-lock';
      const message = peekLock ? outlet.lockNext(nowMs) : outlet.takeNext(nowMs);
      if (message === undefined) break;
      consumer.reserve();
      if (peekLock) consumer.deliver(message);
      else taken(consumer, message);
    }
    if (outlet.isArriving) this.#dirty.add(outlet);
    for (const consumer of consumers) consumer.onIdle();
  }
}

/** Takes turns: whoever is served goes to the end of the line. */
function nextWithRoom(consumers: Consumer[]): Consumer | undefined {
  const at = consumers.findIndex((consumer) => consumer.canTake);
  if (at < 0) return undefined;
  const [consumer] = consumers.splice(at, 1);
  if (consumer !== undefined) consumers.push(consumer);
  return consumer;
}
