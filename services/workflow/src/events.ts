import type { DeliveryRequest } from './domain/request.ts';
import type { Ending } from './domain/saga.ts';

/** What the business wants to know of the saga. */
export interface SagaEvents {
  handled(request: DeliveryRequest, ending: Ending): void;
}

export interface DeadLetterEvents {
  resubmitted(letter: { readonly messageId: string }, times: number): void;
  parked(letter: { readonly messageId: string; readonly reason: string | undefined }, outcome: string): void;
}
