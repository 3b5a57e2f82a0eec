import type { PackageSize } from '@dronedelivery/contracts';

export interface PackageKey {
  readonly businessId: string;
  readonly id: string;
}

export interface PackageState extends PackageKey {
  readonly ownerId: string | null;
  readonly size: PackageSize;
  readonly weightKg: number;
  readonly tag: string | null;
  /** A delivery is planned with its size and weight: they can no longer change. */
  readonly isFixed: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Replaces what is given; what is undefined stays, or is null for a new package. */
export interface PackageContent {
  readonly size: PackageSize;
  readonly weightKg: number;
  readonly tag: string | null;
  readonly ownerId: string | undefined;
}

export interface PackageChanges {
  readonly size?: PackageSize | undefined;
  readonly weightKg?: number | undefined;
  readonly tag?: string | undefined;
}

export type PackageDecision =
  | { readonly kind: 'saved'; readonly state: PackageState; readonly isNew: boolean }
  | { readonly kind: 'refused'; readonly code: 'package-fixed' | 'not-found' };

export interface PutCommand {
  readonly key: PackageKey;
  readonly content: PackageContent;
  /** From the saga: fixes size and weight. */
  readonly isForDelivery: boolean;
}

export function decidePut(command: PutCommand, state: PackageState | undefined, nowMs: number): PackageDecision {
  const { key, content, isForDelivery } = command;
  const { size, weightKg, tag, ownerId = state?.ownerId ?? null } = content;
  if (state?.isFixed === true && !hasMeasures(state, content)) return { kind: 'refused', code: 'package-fixed' };
  const isFixed = isForDelivery || state?.isFixed === true;
  const createdAtMs = state?.createdAtMs ?? nowMs;
  const { businessId, id } = key;
  return {
    kind: 'saved',
    isNew: state === undefined,
    state: { businessId, id, ownerId, size, weightKg, tag, isFixed, createdAtMs, updatedAtMs: nowMs },
  };
}

export function decidePatch(changes: PackageChanges, state: PackageState | undefined, nowMs: number): PackageDecision {
  if (state === undefined) return { kind: 'refused', code: 'not-found' };
  const { size = state.size, weightKg = state.weightKg, tag = state.tag } = changes;
  if (state.isFixed && !hasMeasures(state, { size, weightKg })) return { kind: 'refused', code: 'package-fixed' };
  return { kind: 'saved', isNew: false, state: { ...state, size, weightKg, tag, updatedAtMs: nowMs } };
}

function hasMeasures(state: PackageState, { size, weightKg }: Pick<PackageContent, 'size' | 'weightKg'>): boolean {
  return state.size === size && state.weightKg === weightKg;
}
