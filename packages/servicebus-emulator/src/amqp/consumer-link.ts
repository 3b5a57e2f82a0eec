import type { Broker } from '../broker/broker.ts';
import type { Consumer } from '../broker/dispatcher.ts';
import { encodeDelivery } from '../codec/delivery.ts';
import type { BrokerError } from '../core/broker-error.ts';
import type { Outlet } from '../core/held-session.ts';
import type { MessageCopy } from '../core/message.ts';
import type { Queue } from '../core/queue.ts';
import { amqpError } from './conditions.ts';
import { deliveryFacts } from './delivery-facts.ts';
import type { InnerSender } from './rhea-internals.ts';
import type { SessionWriter } from './session-writer.ts';

/** The client asks for deliveries that are settled when sent: receive and delete. */
const presettled = 1;

/** A client that receives from a queue. */
export class ConsumerLink implements Consumer {
  readonly outlet: Outlet;
  readonly queue: Queue;
  readonly mode: Consumer['mode'];
  readonly #broker: Broker;
  readonly #sender: InnerSender;
  readonly #writer: SessionWriter;
  #reserved = 0;

  constructor(broker: Broker, queue: Queue, outlet: Outlet, sender: InnerSender, writer: SessionWriter) {
    this.outlet = outlet;
    this.queue = queue;
    this.mode = sender.snd_settle_mode === presettled ? 'receive-and-delete' : 'peek-lock';
    this.#broker = broker;
    this.#sender = sender;
    this.#writer = writer;
    broker.subscribe(this);
  }

  get canTake(): boolean {
    return this.#sender.credit > this.#reserved && this.#writer.hasRoom;
  }

  reserve(): void {
    this.#reserved++;
  }

  deliver(message: MessageCopy): void {
    this.#reserved--;
    if (!this.#sender.is_open()) return;
    const payload = encodeDelivery(message.content, deliveryFacts(message));
    const { lock } = message;
    if (lock === undefined) {
      this.#writer.transfer(this.#sender, presettledTag, payload, true);
      if (this.#sender._draining) this.#broker.touch(this.outlet);
      return;
    }
    const deliveryId = this.#writer.transfer(this.#sender, lock.token, payload, false);
    this.#writer.unsettled.set(deliveryId, { queue: this.queue, token: lock.token });
  }

  /** The client may open it again, at its own pace: as long as the disk refuses, each attempt would end like this one. */
  fail(reason: BrokerError): void {
    this.close();
    if (this.#sender.is_open()) this.#sender.close(amqpError(reason));
  }

  onIdle(): void {
    if (this.#sender._draining && this.#reserved === 0) this.#writer.drained(this.#sender);
  }

  /** Credit has come, or the client asks for it back. */
  onFlow(): void {
    this.#broker.touch(this.outlet);
  }

  /** Locks stay until they expire: the client may settle through the management link. */
  close(): void {
    this.#broker.unsubscribe(this);
  }
}

const presettledTag = Buffer.alloc(16);
