import type { BrokerError } from '../core/broker-error.ts';
import type { Queue } from '../core/queue.ts';
import { amqpError } from './conditions.ts';
import { accepted, Dispositions } from './dispositions.ts';
import { type DescribedState, frames, type InnerSender, type InnerSession, outcomes } from './rhea-internals.ts';

/** A delivery that its receiver has not settled yet. */
export interface Unsettled {
  readonly queue: Queue;
  readonly token: Buffer;
}

/** Room that is left in a frame for the transfer's own fields. */
const transferOverheadBytes = 64;

/** Written, but not yet taken by the network: a client that reads slowly gets no more until it has caught up. */
const unreadBytesMax = 4 * 1024 * 1024;

/** Frames kept free in the peer's window, so that a message never has to wait half written. */
const framesReserved = 8;

/** Writes what the broker sends on one session: transfers, and the answers to settlements. */
export class SessionWriter {
  readonly unsettled = new Map<number, Unsettled>();
  readonly #session: InnerSession;
  readonly #unsettledMax: number;
  readonly #settled: Dispositions;

  constructor(session: InnerSession, unsettledMax: number) {
    this.#session = session;
    this.#unsettledMax = unsettledMax;
    this.#settled = new Dispositions(session, 'sender');
  }

  get hasRoom(): boolean {
    if (this.unsettled.size >= this.#unsettledMax) this.#forgetLost();
    return (
      this.unsettled.size < this.#unsettledMax &&
      this.#session.outgoing.transfer_window() > framesReserved &&
      this.#session.connection.socket.writableLength < unreadBytesMax
    );
  }

  /** Up to where deliveries have been given out; a peer that settles more than can be open speaks of others. */
  assertKnown(first: number, last: number): void {
    if (first >= 0 && last < this.#session.outgoing.next_delivery_id && last - first < this.#unsettledMax) return;
    throw new RangeError(`the peer settles the deliveries ${first} to ${last}, which it cannot have`);
  }

  /** @returns the delivery's id within the session */
  transfer(sender: InnerSender, tag: Buffer, payload: Buffer, settled: boolean): number {
    const { outgoing } = this.#session;
    const deliveryId = outgoing.next_delivery_id++;
    outgoing.next_pending_delivery = outgoing.next_delivery_id;
    const chunkBytes = this.#chunkBytes(payload);
    for (let start = 0; start < payload.length; start += chunkBytes) {
      const more = start + chunkBytes < payload.length;
      outgoing.next_transfer_id++;
      outgoing.window--;
      const transfer = frames.transfer({
        handle: sender.local.handle,
        delivery_id: deliveryId,
        delivery_tag: tag,
        message_format: 0,
        settled,
        more,
      });
      this.#session.output(transfer, payload.subarray(start, start + chunkBytes));
    }
    sender.credit--;
    sender.delivery_count++;
    return deliveryId;
  }

  /** Tells the receiver that its settlement holds, or why it does not. Answers of one moment share their frames. */
  acknowledge(deliveryId: number, state: DescribedState | undefined, failure: BrokerError | undefined): void {
    if (failure === undefined) this.#settled.add(deliveryId, state ?? accepted);
    else this.#settled.add(deliveryId, outcomes.rejected({ error: amqpError(failure) }).described());
  }

  /** Gives the rest of a receiver's credit back to it: there is nothing more to send now. */
  drained(sender: InnerSender): void {
    const { incoming, outgoing } = this.#session;
    sender.delivery_count += sender.credit;
    sender.credit = 0;
    sender._draining = false;
    const flow = frames.flow({
      next_incoming_id: incoming.next_transfer_id >>> 0,
      incoming_window: incoming.window,
      next_outgoing_id: outgoing.next_transfer_id >>> 0,
      outgoing_window: outgoing.window,
      handle: sender.local.handle,
      delivery_count: sender.delivery_count,
      link_credit: 0,
      drain: true,
    });
    incoming.max_transfer_id = incoming.next_transfer_id + incoming.window;
    this.#session.output(flow);
  }

  /** A receiver may let locks expire and never say a word of them. */
  #forgetLost(): void {
    for (const [deliveryId, { queue, token }] of this.unsettled) {
      if (!queue.isLocked(token)) this.unsettled.delete(deliveryId);
    }
  }

  #chunkBytes(payload: Buffer): number {
    const frameBytes = this.#session.connection.max_frame_size;
    return frameBytes ? Math.max(1, frameBytes - transferOverheadBytes) : payload.length;
  }
}
