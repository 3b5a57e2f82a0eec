import rhea, { type Connection, type link, type Receiver, type Sender } from 'rhea';
import type { AmqpAddress } from './peers/rabbitmq.ts';

const body = rhea.message.data_section(Buffer.alloc(400, 'x'));

/** A bare AMQP 1.0 client, the same for every broker. */
export class AmqpLoad implements Disposable {
  readonly #peer: AmqpAddress;
  readonly #connection: Connection;

  constructor(peer: AmqpAddress) {
    this.#peer = peer;
    this.#connection = rhea.create_container().connect({
      ...{ host: '127.0.0.1', port: peer.port, username: 'guest', password: 'guest', reconnect: false },
    });
  }

  /** Durable messages, each sent when one of `inFlight` places is free. @returns messages a second, all confirmed */
  async send(count: number, inFlight: number): Promise<number> {
    const sender: Sender = this.#connection.open_sender(this.#peer.queue);
    await next(sender, 'sendable');
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      let sent = 0;
      let confirmed = 0;
      const fill = () => {
        while (sent < count && sent - confirmed < inFlight && sender.sendable())
          sender.send({ durable: true, message_id: `${sent++}`, body });
      };
      sender.on('accepted', () => (++confirmed === count ? resolve() : fill()));
      sender.on('rejected', ({ delivery }) => reject(new Error(`refused: ${JSON.stringify(delivery?.remote_state)}`)));
      sender.on('sendable', fill);
      fill();
    });
    const seconds = (performance.now() - startedAt) / 1000;
    await closed(sender, 'sender_close');
    return count / seconds;
  }

  /** @returns messages received and settled a second */
  async receive(count: number, credit: number): Promise<number> {
    const startedAt = performance.now();
    const receiver: Receiver = this.#connection.open_receiver({
      source: this.#peer.queue,
      credit_window: 0,
      autoaccept: false,
    });
    await new Promise<void>((resolve) => {
      let received = 0;
      receiver.on('message', ({ delivery }) => {
        delivery?.accept();
        if (++received === count) resolve();
        else if (received + credit <= count) receiver.add_credit(1);
      });
      receiver.add_credit(Math.min(credit, count));
    });
    const seconds = (performance.now() - startedAt) / 1000;
    await closed(receiver, 'receiver_close');
    return count / seconds;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function next(from: link, event: string): Promise<unknown> {
  return new Promise((resolve) => from.once(event, resolve));
}

async function closed(opened: link, event: string): Promise<void> {
  const answered = next(opened, event);
  opened.close();
  await answered;
}
