import { instrumentsOf, type SimDrone } from './drone.ts';
import { flyTo } from './flight.ts';

/** Least charge that a crew leaves in a drone that it sets up again. */
const fieldBatteryFraction = 0.5;

/** Falls to the ground where it is, and lies there; what it was at waits. */
export function crash(drone: SimDrone): SimDrone {
  const { position, chargeWh } = instrumentsOf(drone);
  const fallen = { ...drone, position: { ...position, altitudeM: 0 }, chargeWh, condition: 'crashed' as const };
  if (drone.task.kind !== 'flying') return fallen;
  return flyTo({ ...fallen, task: { kind: 'parked', charger: false } }, drone.task.purpose);
}

/** The drone flies on, but nobody hears it and it hears nobody. */
export function loseLink(drone: SimDrone): SimDrone {
  return drone.condition === 'ok' ? { ...drone, condition: 'link-lost' } : drone;
}

/** In touch again; one that had crashed goes on with what it was at, on a fresh battery if its own is spent. */
export function restore(drone: SimDrone): SimDrone {
  if (drone.condition !== 'crashed') return { ...drone, condition: 'ok' };
  const chargeWh = Math.max(drone.chargeWh, drone.performance.batteryWh * fieldBatteryFraction);
  return { ...drone, chargeWh, condition: 'ok' };
}
