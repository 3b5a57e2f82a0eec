import type {
  PutDelivery,
  PutDeliveryOutcome,
  PutDroneDelivery,
  PutPackage,
  RecordRefusal,
  ReplanDelivery,
} from '@dronedelivery/contracts';
import type { Answer, CallName } from '../domain/saga.ts';
import type { DelayedCopy } from './delayed-copy.ts';

/** Which delivery is meant, or which package with `id`; the business is always named. */
export interface Target {
  readonly businessId: string;
  readonly id: string;
}

/**
 * Every port answers within a bounded time and never throws for what the other service says or does: what may pass
 * by itself is `transient`, everything else `refused` with the service's code.
 */
type Ask<N extends CallName, B = undefined> = B extends undefined
  ? (target: Target, signal: AbortSignal) => Promise<Answer<N>>
  : (target: Target, body: B, signal: AbortSignal) => Promise<Answer<N>>;

export interface Deliveries {
  readonly put: Ask<'putDelivery', PutDelivery>;
  readonly get: Ask<'getDelivery'>;
  readonly replan: Ask<'replanDelivery', ReplanDelivery>;
  readonly putOutcome: Ask<'putDeliveryOutcome', PutDeliveryOutcome>;
  readonly recordRefusal: Ask<'recordRefusal', RecordRefusal>;
}

export interface Packages {
  readonly put: Ask<'putPackage', PutPackage>;
}

export interface Scheduler {
  readonly put: Ask<'putDroneDelivery', PutDroneDelivery>;
  readonly get: Ask<'getDroneDelivery'>;
  readonly release: Ask<'releaseDroneDelivery'>;
}

/** Resolves once the broker has the copy, durably. */
export type SendCopy = (copy: DelayedCopy) => Promise<void>;

export interface Dependencies {
  readonly deliveries: Deliveries;
  readonly packages: Packages;
  readonly scheduler: Scheduler;
}
