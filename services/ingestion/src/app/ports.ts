import type { DeliveryRequestMessage } from '@dronedelivery/contracts';

/** A message on its way to the queue; the broker drops a second one with the same id. */
export interface OutgoingRequest {
  readonly messageId: string;
  readonly message: DeliveryRequestMessage;
}

/**
 * `accepted`: the broker has it, durably. `unknown`: it may have it. `overloaded`: it was not given to it.
 */
export type SendOutcome = 'accepted' | 'unknown' | 'overloaded';

/** Answers within two seconds, whatever the broker does. */
export type SendRequest = (request: OutgoingRequest) => Promise<SendOutcome>;
