export interface Violation {
  /** By its number in the design. */
  readonly invariant: 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7';
  /** Of deliveries, drones, missions or notifications, as the text says. */
  readonly ids: readonly string[];
  /** The same words at every look: repeated looks are compared by them. */
  readonly text: string;
  /** The queue may still hold what would set it right. */
  readonly maySettle?: true;
}

export interface Limits {
  /** How long after its deadline a delivery may still be in flight. */
  readonly lateMs: number;
  /** How long a delivery may stay in flight after its mission has ended. */
  readonly missionEndMs: number;
  /** How long a drone may stay reserved for a delivery that has ended or is unknown. */
  readonly orphanMs: number;
  /** Of the battery, that a drone lands with. */
  readonly reservePercent: number;
}

export const defaultLimits: Limits = {
  // The wait for a confirmation, ten minutes, begins at the drop-off and so may end after the deadline.
  lateMs: 15 * 60_000,
  missionEndMs: 120_000,
  orphanMs: 60_000,
  // A tenth of a point below what the scheduler plans with: reports are rounded.
  reservePercent: 14.9,
};

export function isSame(a: Violation, b: Violation): boolean {
  return nameOf(a) === nameOf(b);
}

function nameOf({ invariant, ids, text }: Violation): string {
  return JSON.stringify([invariant, ids, text]);
}
