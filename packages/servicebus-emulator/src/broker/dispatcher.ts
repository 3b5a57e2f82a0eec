import type { MessageCopy } from '../core/message.ts';
import type { Queue } from '../core/queue.ts';

/** Someone who receives from a queue. */
export interface Consumer {
  readonly queue: Queue;
  readonly mode: 'peek-lock' | 'receive-and-delete';
  /** Whether it can take one more message now. */
  readonly canTake: boolean;
  /** Room for one message is spoken for until `deliver`. */
  reserve(): void;
  deliver(message: MessageCopy): void;
  /** Its queue has no more for it now. */
  onIdle(): void;
}

/** Hands out what is ready, in turn, to consumers that have room. */
export class Dispatcher {
  readonly #consumers = new Map<Queue, Consumer[]>();
  readonly #dirty = new Set<Queue>();

  add(consumer: Consumer): void {
    const others = this.#consumers.get(consumer.queue);
    if (others === undefined) this.#consumers.set(consumer.queue, [consumer]);
    else others.push(consumer);
    this.#dirty.add(consumer.queue);
  }

  remove(consumer: Consumer): void {
    const rest = (this.#consumers.get(consumer.queue) ?? []).filter((other) => other !== consumer);
    if (rest.length > 0) this.#consumers.set(consumer.queue, rest);
    else this.#consumers.delete(consumer.queue);
  }

  /** Something changed for the queue: messages, or room at a consumer. */
  touch(queue: Queue): void {
    this.#dirty.add(queue);
  }

  /** @param taken is told of each message that leaves its queue for good and goes out once that is durable */
  pump(nowMs: number, taken: (consumer: Consumer, message: MessageCopy) => void): void {
    const queues = [...this.#dirty];
    this.#dirty.clear();
    for (const queue of queues) {
      const consumers = this.#consumers.get(queue);
      if (consumers !== undefined) this.#pumpQueue(queue, consumers, nowMs, taken);
    }
  }

  #pumpQueue(
    queue: Queue,
    consumers: Consumer[],
    nowMs: number,
    taken: (consumer: Consumer, message: MessageCopy) => void,
  ): void {
    while (queue.hasReady) {
      const consumer = nextWithRoom(consumers);
      if (consumer === undefined) break;
      const peekLock = consumer.mode === 'peek-lock';
      const message = peekLock ? queue.lockNext(nowMs) : queue.takeNext(nowMs);
      if (message === undefined) break;
      consumer.reserve();
      if (peekLock) consumer.deliver(message);
      else taken(consumer, message);
    }
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
