import type { Delivery } from 'rhea';
import type { Broker } from '../broker/broker.ts';
import { batchFormat, splitBatch } from '../codec/batch.ts';
import type { Arrival } from '../codec/content.ts';
import type { BrokerError } from '../core/broker-error.ts';
import type { Queue } from '../core/queue.ts';
import type { Topic } from '../core/topic.ts';
import { readArrival, tooLarge } from './arrival.ts';
import { amqpError, asBrokerError } from './conditions.ts';
import type { AmqpLimits } from './limits.ts';

/** A client that sends to a queue or a topic. A delivery is accepted when its messages are durable. */
export class ProducerLink {
  readonly #broker: Broker;
  readonly #target: Queue | Topic;
  readonly #limits: AmqpLimits;

  constructor(broker: Broker, target: Queue | Topic, limits: AmqpLimits) {
    this.#broker = broker;
    this.#target = target;
    this.#limits = limits;
  }

  /** @param payload undefined when it was too large to be kept */
  onMessage(delivery: Delivery, payload: Buffer | undefined, format: number): void {
    const failure = this.#send(payload, format);
    this.#broker.answer(this.#target.path, (lost) => {
      const reason = failure ?? lost;
      if (reason === undefined) delivery.accept();
      else delivery.reject(amqpError(reason));
    });
  }

  #send(payload: Buffer | undefined, format: number): BrokerError | undefined {
    try {
      this.#broker.send(this.#target, this.#arrivals(payload, format));
      return undefined;
    } catch (error) {
      return asBrokerError(error);
    }
  }

  #arrivals(payload: Buffer | undefined, format: number): Arrival[] {
    const { messageBytesMax, messagesPerBatchMax } = this.#limits;
    if (payload === undefined) throw tooLarge(messageBytesMax);
    if (format !== batchFormat) return [readArrival(payload, messageBytesMax)];
    return splitBatch(payload, messagesPerBatchMax).map((message) => readArrival(message, messageBytesMax));
  }
}
