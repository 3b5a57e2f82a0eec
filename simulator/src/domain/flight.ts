import { planLeg } from '@dronedelivery/geo';
import { instrumentsOf, type Mission, type Purpose, type SimDrone } from './drone.ts';

/** Turns the drone, wherever it is, towards the target of the purpose. */
export function flyTo(drone: SimDrone, purpose: Purpose): SimDrone {
  const { position, chargeWh } = instrumentsOf(drone);
  const leg = planLeg({
    from: position,
    to: targetOf(drone, purpose),
    performance: drone.performance,
    payloadKg: drone.mission?.phase === 'on-board' ? drone.mission.payloadKg : 0,
  });
  return {
    ...drone,
    position,
    chargeWh,
    bearingDeg: leg.distanceM === 0 ? drone.bearingDeg : leg.initialBearingDeg,
    task: { kind: 'flying', purpose, leg, elapsedS: 0 },
  };
}

function targetOf({ mission, base }: SimDrone, purpose: Purpose) {
  if (mission === null || purpose === 'base') return base.position;
  return purpose === 'pickup' ? mission.pickup : mission.dropOff;
}

/** Sets off to fetch the parcel. */
export function depart(drone: SimDrone, mission: Mission): SimDrone {
  return flyTo({ ...drone, mission: { ...mission, phase: 'to-pickup' } }, 'pickup');
}

const finishedKeptMax = 16;

/** The parcel is delivered; the drone goes to the base that the mission names. */
export function finish(drone: SimDrone, mission: Mission): SimDrone {
  return flyTo(withFinished({ ...drone, base: mission.base }, { ...mission, parcelDelivered: true }), 'base');
}

/** Remembers the mission as over. */
export function withFinished(drone: SimDrone, mission: Mission): SimDrone {
  const finished = [...drone.finished.filter((id) => id !== mission.missionId), mission.missionId];
  return { ...drone, mission: { ...mission, phase: 'over' }, finished: finished.slice(-finishedKeptMax) };
}
