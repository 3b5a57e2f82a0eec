import { derivedId, type NewId } from '@dronedelivery/service-kit/ids';

export type RequestKind = 'create' | 'reschedule' | 'cancel';

/** Who asks for what: the part of a request that its ids follow from. */
export interface Asking {
  readonly kind: RequestKind;
  readonly businessId: string;
  /** Absent for a create: its delivery is yet to be named. */
  readonly deliveryId?: string;
  readonly idempotencyKey?: string | undefined;
}

export interface RequestIds {
  readonly deliveryId: string;
  /** Also the id of the message. */
  readonly requestId: string;
}

/**
 * With a key the ids derive from business, kind and key: a repetition gets the same ids without anything being
 * stored, and the broker drops its message. A change also counts its delivery in, so that one key may serve several.
 */
export function identify({ kind, businessId, deliveryId, idempotencyKey: key }: Asking, newId: NewId): RequestIds {
  const derived = (what: string) =>
    key === undefined ? newId() : derivedId(what, kind, businessId, deliveryId ?? '', key);
  return { deliveryId: deliveryId ?? derived('delivery'), requestId: derived('request') };
}
