import type {
  Delivery,
  DroneBinding,
  DroneDelivery,
  PutDelivery,
  PutDeliveryOutcome,
  PutDroneDelivery,
  PutPackage,
  RecordRefusal,
  ReplanDelivery,
} from '@dronedelivery/contracts';
import type { DelayReason } from './request.ts';

/** One call of another service; the delivery and its business are those of the request. */
export type Call =
  | { readonly name: 'putDelivery'; readonly body: PutDelivery }
  | { readonly name: 'getDelivery' }
  | { readonly name: 'replanDelivery'; readonly body: ReplanDelivery }
  | { readonly name: 'putDeliveryOutcome'; readonly body: PutDeliveryOutcome }
  | { readonly name: 'recordRefusal'; readonly body: RecordRefusal }
  | { readonly name: 'putPackage'; readonly packageId: string; readonly body: PutPackage }
  | { readonly name: 'putDroneDelivery'; readonly body: PutDroneDelivery }
  | { readonly name: 'getDroneDelivery' }
  | { readonly name: 'releaseDroneDelivery' };
export type CallName = Call['name'];

/** What the calls give when they succeed. */
export interface Gains {
  readonly putDelivery: { readonly created: boolean };
  readonly getDelivery: Delivery;
  readonly replanDelivery: undefined;
  readonly putDeliveryOutcome: undefined;
  readonly recordRefusal: undefined;
  readonly putPackage: undefined;
  readonly putDroneDelivery: DroneBinding;
  readonly getDroneDelivery: DroneDelivery;
  readonly releaseDroneDelivery: undefined;
}

export interface Refused {
  readonly kind: 'refused';
  /** A code of the error catalogue. */
  readonly code: string;
  readonly detail: string;
}

export interface Transient {
  readonly kind: 'transient';
  readonly cause: string;
  readonly retryAfterMs?: number;
}

export interface Done<G> {
  readonly kind: 'done';
  readonly gain: G;
}

export type Answer<N extends CallName = CallName> = Done<Gains[N]> | Refused | Transient;

/** How handling a message ends. The runner sends the copy before it completes the original, never the other way round. */
export type Ending =
  | { readonly kind: 'complete'; readonly outcome: Outcome; readonly detail?: string }
  | {
      readonly kind: 'delay';
      readonly untilMs: number;
      readonly reason: DelayReason;
      readonly compensation?: string;
      readonly detail?: string;
    }
  | { readonly kind: 'dead-letter'; readonly reason: DeadLetterReason; readonly description: string };

export type Outcome =
  | 'assigned'
  | 'rescheduled'
  | 'cancelled'
  | 'compensated'
  | 'refused'
  | 'superseded'
  | 'ended-before'
  | 'under-way'
  | 'never-existed';

export const deadLetterReasons = ['unreadable', 'compensation-failed', 'transient-exhausted'] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

/** Asks for calls one after the other, is given each answer, and ends; it does nothing else. */
export type Saga<E = Ending> = Generator<Call, E, Answer>;

/** Leaves a saga in the middle: the call could not be made, or its outcome is not known. */
export class Interrupted extends Error {
  readonly fault: Transient;
  /** The fault that was being undone at that moment. */
  readonly compensation: string | undefined;

  constructor(fault: Transient, compensation?: string) {
    super(fault.cause);
    this.fault = fault;
    this.compensation = compensation;
  }
}

/** Makes a call and hands back its answer; a transient fault interrupts the saga. */
export function* ask<C extends Call>(call: C): Generator<Call, Done<Gains[C['name']]> | Refused, Answer> {
  const answer = yield call;
  if (answer.kind === 'transient') throw new Interrupted(answer);
  // The runner answers each call by its own port, which the types of a generator cannot express.
  return answer as Done<Gains[C['name']]> | Refused;
}
