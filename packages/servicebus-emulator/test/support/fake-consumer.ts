import type { Consumer } from '../../src/broker/dispatcher.ts';
import type { BrokerError } from '../../src/core/broker-error.ts';
import type { MessageCopy } from '../../src/core/message.ts';
import type { Queue } from '../../src/core/queue.ts';

/** Has room for so many, and remembers what it got. */
export class FakeConsumer implements Consumer {
  readonly outlet: Queue;
  readonly queue: Queue;
  readonly mode: Consumer['mode'];
  readonly got: number[] = [];
  readonly failures: string[] = [];
  room: number;
  idle = 0;

  constructor(queue: Queue, room: number, mode: Consumer['mode'] = 'peek-lock') {
    this.outlet = queue;
    this.queue = queue;
    this.room = room;
    this.mode = mode;
  }

  get canTake(): boolean {
    return this.room > 0;
  }

  reserve(): void {
    this.room--;
  }

  deliver(message: MessageCopy): void {
    this.got.push(message.sequenceNumber);
  }

  fail({ code }: BrokerError): void {
    this.room = 0;
    this.failures.push(code);
  }

  onIdle(): void {
    this.idle++;
  }
}
