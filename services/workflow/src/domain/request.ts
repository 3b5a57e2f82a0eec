import type { DeliveryRequestMessage } from '@dronedelivery/contracts';

/** Why a request was put back on the queue for later. */
export const delayReasons = [
  'later-pickup',
  'no-drone-available',
  'transient',
  'before-create',
  'release-pending',
  'resubmitted',
] as const;
export type DelayReason = (typeof delayReasons)[number];

/** What came with the message: who it is, and how far it got before. */
export interface Envelope {
  readonly messageId: string;
  /** Copies that were sent of this request so far. */
  readonly attempt: number;
  readonly originalMessageId: string;
  /** Orders the changes of one delivery; decimal text. */
  readonly sequence: string;
  readonly delayReason?: DelayReason;
  /** Copies in a row that had this reason. */
  readonly tries: number;
  /** The fault for which the request is being undone. */
  readonly compensation?: string;
  readonly resubmissions: number;
  /** How often the broker has handed out this very message before, to somebody who did not finish. */
  readonly redeliveries: number;
  /** When the broker enqueued it, by the broker's clock: a replica whose own clock shows less is behind. */
  readonly enqueuedAtMs: number;
}

export interface DeliveryRequest<M extends DeliveryRequestMessage = DeliveryRequestMessage> {
  readonly message: M;
  readonly envelope: Envelope;
}

/** How many copies in a row one more for this reason makes. */
export function nextTry({ envelope }: Pick<DeliveryRequest, 'envelope'>, reason: DelayReason): number {
  return envelope.delayReason === reason ? envelope.tries + 1 : 1;
}
