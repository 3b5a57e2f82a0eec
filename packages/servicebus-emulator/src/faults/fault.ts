export const faultKinds = [
  'deliver-twice',
  'lose-settlement',
  'expire-lock',
  'cut-link-silently',
  'refuse-sends',
  'hang',
  'slow',
  'disk-full',
] as const;

/**
 * What can be made to go wrong:
 * - `deliver-twice`: a message goes out a second time on the same link, under the same lock.
 * - `lose-settlement`: the receiver is told that its settlement holds, and the broker forgets it; the lock runs out.
 * - `expire-lock`: the lock of a message that was handed out ends early.
 * - `cut-link-silently`: a receiving link gets nothing more, for good; link and connection stay open.
 * - `refuse-sends`: sends and schedules are answered with server-busy.
 * - `hang`: answers are held back until the fault ends.
 * - `slow`: answers go out late.
 * - `disk-full`: a group of changes cannot be stored.
 */
export type FaultKind = (typeof faultKinds)[number];

/** A fault on demand. It strikes until `count` or `durationMs` is used up, or it is taken away. */
export interface FaultDefinition {
  readonly kind: FaultKind;
  /** A path such as `orders` or `events/Subscriptions/audit`, in any letter case; `*` for all. */
  readonly entity: string;
  /** How often it strikes at most; without, there is no limit. */
  readonly count?: number;
  /** The share of occasions on which it strikes; 1 (the default) is all. */
  readonly probability?: number;
  /** Of the random numbers behind `probability`; default 1. */
  readonly seed?: number;
  /** For how long, from when it was set. */
  readonly durationMs?: number;
  /** `slow`: by how much an answer is late. `expire-lock`: how long the lock holds (default 0). */
  readonly delayMs?: number;
}

/** A fault that was set, and what it has done. */
export interface FaultReport extends FaultDefinition {
  readonly strikes: number;
  /** Whether it can strike again. */
  readonly isActive: boolean;
}

/** Sets faults while the broker runs. */
export interface FaultControl {
  /** Takes the place of all that were set before; what those held back goes out. */
  set(faults: readonly FaultDefinition[]): void;
  clear(): void;
  /** In the order in which they were set. */
  report(): readonly FaultReport[];
}
