import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Connection, Receiver, Sender, Session } from 'rhea';

/*
 * The parts of rhea behind its published types that the broker needs: it writes transfers and dispositions itself,
 * because rhea's own bookkeeping of outgoing deliveries keeps every locked message in one ring per session, where one
 * long lock stalls all that follow, and it takes messages undecoded.
 */

export interface TransferFrame {
  readonly performative: {
    readonly delivery_id?: number | null;
    readonly handle: number;
    readonly more?: boolean | null;
    message_format?: number | null;
  };
  payload?: Buffer;
}

export interface DispositionFrame {
  readonly performative: {
    /** True when the peer is the receiver, so that it speaks of what we sent. */
    readonly role: boolean;
    readonly first: number;
    readonly last?: number | null;
    readonly settled?: boolean | null;
    readonly state?: DescribedState | null;
  };
}

export interface DescribedState {
  readonly descriptor?: { readonly value: number | string };
}

/** A delivery state with its fields read out, as `message.unwrap_outcome` makes it. */
export interface Outcome {
  readonly undeliverable_here?: boolean | null;
  readonly message_annotations?: Readonly<Record<string, unknown>> | null;
  readonly error?: { readonly info?: Readonly<Record<string, unknown>> | null } | null;
}

export interface IncomingDelivery {
  readonly id: number;
  /** The peer does not want to hear of it. */
  readonly remote_settled: boolean;
  settled: boolean;
}

export interface InnerSession extends Session {
  readonly connection: InnerConnection;
  readonly local: { readonly channel: number };
  readonly incoming: {
    readonly next_transfer_id: number;
    readonly window: number;
    max_transfer_id: number;
    /** What `accept` and its like of a delivery that came in end up with. */
    update(delivery: IncomingDelivery, settled: boolean, state: DescribedState): void;
  };
  readonly outgoing: {
    next_delivery_id: number;
    next_pending_delivery: number;
    next_transfer_id: number;
    window: number;
    transfer_window(): number;
  };
  readonly links: Readonly<Record<string, unknown>>;
  on_transfer(frame: TransferFrame): void;
  on_disposition(frame: DispositionFrame): void;
  output(performative: object, payload?: Buffer): void;
  _get_link(frame: TransferFrame): Receiver;
}

export interface InnerSender extends Sender {
  readonly local: { readonly handle: number; readonly attach: AttachFields };
  readonly state: { local_open: boolean; open_requests: number };
  credit: number;
  delivery_count: number;
  _draining: boolean;
}

export interface InnerReceiver extends Receiver {
  readonly local: { readonly attach: AttachFields };
  readonly credit: number;
}

interface AttachFields {
  max_message_size?: number;
  snd_settle_mode?: number;
  rcv_settle_mode?: number;
  properties?: object;
}

export interface InnerConnection extends Connection {
  /** Reads and writes frames, SASL's first where the client speaks it. */
  readonly transport: { read(buffer: Buffer): number; peek_size(buffer: Buffer): number | undefined };
  readonly socket: Socket;
  /** Present for clients that speak SASL. */
  readonly sasl_transport?: { readonly transports?: Readonly<Record<number, { readonly mechanism?: unknown }>> };
  accept(socket: unknown): void;
  eof(): void;
  /** Has rhea look over its sessions soon: windows, settled deliveries. */
  _register(): void;
}

interface Frames {
  transfer(fields: object): object;
  disposition(fields: object): object;
  flow(fields: object): object;
}

interface Outcomes {
  accepted(): { described(): DescribedState };
  rejected(fields: object): { described(): DescribedState };
  modified(fields: object): { described(): DescribedState };
  released(): { described(): DescribedState };
  unwrap_outcome(state: DescribedState): Outcome;
}

/** Leaves the peer's attach unanswered until the link's `open` is called. */
export function holdAttach({ state }: InnerSender): void {
  state.local_open = false;
  state.open_requests = 0;
}

const require = createRequire(import.meta.url);

export const frames = require('rhea/lib/frames.js') as Frames;
export const outcomes = require('rhea/lib/message.js') as Outcomes;
