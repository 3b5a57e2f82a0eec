import { findOrphans } from './no-orphans.ts';
import { findLost } from './nothing-lost.ts';
import { findDoubleUse } from './one-delivery-a-drone.ts';
import { findShortOfEnergy } from './safe-flight.ts';
import type { Snapshot } from './snapshot.ts';
import { findWrongMoves } from './stages-forward.ts';
import { findLeaks } from './tenants-apart.ts';
import { findToldTwice } from './told-once.ts';
import { defaultLimits, type Limits, type Violation } from './violation.ts';

/** Whatever in the snapshot goes against I1 to I7. In a moving system part of it may be gone at the next look. */
export function check(snapshot: Snapshot, limits: Limits = defaultLimits): Violation[] {
  return [
    ...findLost(snapshot, limits),
    ...findDoubleUse(snapshot),
    ...findWrongMoves(snapshot),
    ...findToldTwice(snapshot),
    ...findOrphans(snapshot, limits),
    ...findLeaks(snapshot),
    ...findShortOfEnergy(snapshot, limits),
  ];
}
