import { type Mission, wasPickedUp } from './mission.ts';

export type PutRefusal = 'released' | 'parcel-on-board' | 'plan-superseded';
export type PutVerdict =
  | { readonly kind: 'refused'; readonly code: PutRefusal }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'plan' };

/** What a request for a drone means, given what is known of the delivery. */
export function judgePut(known: Mission, requestSequence: string): PutVerdict {
  if (known.state === 'Released') return { kind: 'refused', code: 'released' };
  const order = known.requestSequence === null ? 1 : compareSequences(requestSequence, known.requestSequence);
  if (wasPickedUp(known)) return order === 0 ? { kind: 'unchanged' } : { kind: 'refused', code: 'parcel-on-board' };
  if (order < 0) return { kind: 'refused', code: 'plan-superseded' };
  if (order > 0) return known.state === 'Failed' ? { kind: 'refused', code: 'released' } : { kind: 'plan' };
  return known.state === 'Deferred' || known.state === 'Waiting' ? { kind: 'plan' } : { kind: 'unchanged' };
}

/** Sequence numbers are 64 bits wide: as text they keep every digit. */
export function compareSequences(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}
