import type { BrokerError } from '../core/broker-error.ts';
import type { Queue } from '../core/queue.ts';
import { amqpError } from './conditions.ts';
import { frames, type InnerSender, type InnerSession, outcomes } from './rhea-internals.ts';

/** A delivery that its receiver has not settled yet. */
export interface Unsettled {
  readonly queue: Queue;
  readonly token: Buffer;
}

interface Acknowledgement {
  readonly deliveryId: number;
  readonly state: object;
}

const accepted = outcomes.accepted().described();

/** Room that is left in a frame for the transfer's own fields. */
const transferOverheadBytes = 64;

/** Frames kept free in the peer's window, so that a message never has to wait half written. */
const framesReserved = 8;

/** Writes what the broker sends on one session: transfers, and the answers to settlements. */
export class SessionWriter {
  readonly unsettled = new Map<number, Unsettled>();
  readonly #session: InnerSession;
  readonly #unsettledMax: number;
  #acknowledgements: Acknowledgement[] = [];

  constructor(session: InnerSession, unsettledMax: number) {
    this.#session = session;
    this.#unsettledMax = unsettledMax;
  }

  get hasRoom(): boolean {
    if (this.unsettled.size >= this.#unsettledMax) this.#forgetLost();
    return this.unsettled.size < this.#unsettledMax && this.#session.outgoing.transfer_window() > framesReserved;
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
  acknowledge(deliveryId: number, state: object | undefined, failure: BrokerError | undefined): void {
    const answer =
      failure === undefined ? (state ?? accepted) : outcomes.rejected({ error: amqpError(failure) }).described();
    if (this.#acknowledgements.push({ deliveryId, state: answer }) === 1) process.nextTick(() => this.#flush());
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

  #flush(): void {
    const answers = this.#acknowledgements.sort((one, other) => one.deliveryId - other.deliveryId);
    this.#acknowledgements = [];
    if (!this.#session.is_open()) return;
    for (let start = 0; start < answers.length; ) {
      const end = endOfRun(answers, start);
      const first = answers[start] as Acknowledgement;
      const last = answers[end - 1] as Acknowledgement;
      const { state } = first;
      const range = { first: first.deliveryId, last: last.deliveryId };
      this.#session.output(frames.disposition({ role: false, ...range, settled: true, state }));
      start = end;
    }
  }
}

/** Neighbours that were all accepted fit in one disposition. */
function endOfRun(answers: readonly Acknowledgement[], start: number): number {
  const first = answers[start] as Acknowledgement;
  let end = start + 1;
  while (
    first.state === accepted &&
    answers[end]?.state === accepted &&
    answers[end]?.deliveryId === first.deliveryId + end - start
  )
    end++;
  return end;
}
