import { AppError } from '@dronedelivery/service-kit/app-error';
import { type Mission, type MissionKey, unseenMission } from '../domain/mission.ts';
import { release } from '../domain/mission-end.ts';
import { nearestStation } from '../domain/route.ts';
import { commitOne, decisionOf } from './decision.ts';
import { type Dispatch, decisionAttemptsMax } from './dispatch.ts';

/** Released for good, or refused because the parcel is out of the sender's hands. */
export async function releaseDroneDelivery(
  dispatch: Dispatch,
  key: MissionKey,
): Promise<'released' | 'parcel-on-board'> {
  for (let attempt = 0; attempt < decisionAttemptsMax; attempt++) {
    const known = (await dispatch.store.find(key)) ?? unseenMission(key);
    await dispatch.fleet.refresh();
    const step = releaseStep(dispatch, known);
    if (step === undefined) return 'parcel-on-board';
    if (step.mission === known) return 'released';
    if (await commitOne(dispatch.store, decisionOf(step, known))) return 'released';
  }
  throw new AppError('unavailable', 'Too many changes at once; ask again');
}

function releaseStep({ fleet, clock }: Dispatch, known: Mission) {
  const drone = known.droneId === null ? undefined : fleet.drone(known.droneId);
  const home = drone && nearestStation(fleet.stations.values(), drone.location);
  return release(known, home, drone, clock.now());
}
