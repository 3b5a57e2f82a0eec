import type { Broker } from '../broker/broker.ts';
import { Dispositions } from './dispositions.ts';
import type { InnerReceiver, InnerSession, TransferFrame } from './rhea-internals.ts';
import type { SessionWriter } from './session-writer.ts';
import { settleDeliveries } from './settlement.ts';

/** A message format that no one uses. rhea decodes only format 0, and stored messages must stay as they came. */
const undecodedFormat = 0x7fffff00;

/** At the smallest frame that AMQP allows, 512 bytes, a message of 30 MB. */
const framesPerDeliveryMax = 65_536;

const nothing = Buffer.alloc(0);

/** A message that came in on a link. */
export interface Incoming {
  /** Undefined when it was too large. */
  readonly payload: Buffer | undefined;
  /** All of it, or as much as was kept. */
  readonly beginning: Buffer;
  readonly format: number;
}

/** Stands between a session's frames and rhea: bounds messages, keeps them encoded, and takes settlements. */
export class IncomingSession {
  readonly #bytesMaxOf: (link: InnerReceiver) => number;
  /** The delivery that each link is in the middle of. */
  readonly #received = new Map<InnerReceiver, { bytes: number; frames: number; readonly format: number }>();

  constructor(
    session: InnerSession,
    broker: Broker,
    writer: SessionWriter,
    bytesMaxOf: (link: InnerReceiver) => number,
  ) {
    this.#bytesMaxOf = bytesMaxOf;
    const answers = new Dispositions(session, 'receiver');
    session.incoming.update = (delivery, settled, state) => {
      delivery.settled = settled;
      if (!delivery.remote_settled) answers.add(delivery.id, state);
      session.connection._register();
    };
    const takeTransfer = session.on_transfer.bind(session);
    const takeDisposition = session.on_disposition.bind(session);
    session.on_transfer = (frame) => {
      this.#inspect(frame, session._get_link(frame) as InnerReceiver);
      takeTransfer(frame);
    };
    session.on_disposition = (frame) => {
      if (frame.performative.role) settleDeliveries(broker, writer, frame.performative);
      else takeDisposition(frame);
    };
  }

  /** @returns the message that is complete now */
  finish(link: InnerReceiver, message: Buffer): Incoming {
    const { bytes, format } = this.#received.get(link) ?? { bytes: 0, format: 0 };
    this.#received.delete(link);
    return { payload: bytes > this.#bytesMaxOf(link) ? undefined : message, beginning: message, format };
  }

  #inspect(frame: TransferFrame, link: InnerReceiver): void {
    const { performative } = frame;
    let delivery = this.#received.get(link);
    if (delivery === undefined) {
      if (!(link.credit > 0)) throw new RangeError('a transfer without credit');
      // Only the frames that continue a delivery may leave it out; without it there is no way to settle.
      if (typeof performative.delivery_id !== 'number') throw new RangeError('a delivery without an id');
      delivery = { bytes: 0, frames: 0, format: performative.message_format ?? 0 };
      this.#received.set(link, delivery);
      performative.message_format = undecodedFormat;
    }
    delivery.bytes += frame.payload?.length ?? 0;
    if (++delivery.frames > framesPerDeliveryMax) throw new RangeError('a delivery in too many frames');
    // The frames themselves have to reach rhea, which counts them; their bytes need not be kept.
    if (delivery.bytes > this.#bytesMaxOf(link) || frame.payload === undefined) frame.payload = nothing;
  }
}
