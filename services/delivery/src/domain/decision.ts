import type { DeliveryEvent } from './event.ts';

export interface Surroundings {
  readonly nowMs: number;
  /** How long a required proof of receipt is waited for. */
  readonly confirmationWindowMs: number;
}

export type RefusalCode =
  | 'not-found'
  | 'conflict'
  | 'delivery-terminal'
  | 'delivery-under-way'
  | 'plan-superseded'
  | 'confirmation-not-expected';

/** Why news of a mission changed nothing. `stale`: older than what is known. `terminal`: the delivery had ended. */
export type IgnoredBecause = 'stale' | 'terminal' | 'impossible';

export type Decision =
  | { readonly kind: 'applied'; readonly events: readonly DeliveryEvent[] }
  /** It was done before. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'ignored'; readonly because: IgnoredBecause }
  /** Answered with the code; the events record what was refused. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly events: readonly DeliveryEvent[] };

export const unchanged: Decision = { kind: 'unchanged' };

export function applied(...events: readonly DeliveryEvent[]): Decision {
  return { kind: 'applied', events };
}

export function refused(code: RefusalCode, events: readonly DeliveryEvent[] = []): Decision {
  return { kind: 'refused', code, events };
}

export function ignored(because: IgnoredBecause): Decision {
  return { kind: 'ignored', because };
}
