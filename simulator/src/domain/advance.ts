import { chargedWh } from '@dronedelivery/geo';
import { instrumentsOf, type SimDrone, type Task } from './drone.ts';
import { crash } from './fault.ts';
import { depart, finish, flyTo } from './flight.ts';

type TaskOf<K extends Task['kind']> = Extract<Task, { readonly kind: K }>;

/**
 * The drone at a later moment, through everything that happens until then at its exact time: the result does not
 * depend on how often it is asked. `timeScale` divides flight, charging and ground durations.
 */
export function advance(drone: SimDrone, nowMs: number, timeScale: number): SimDrone {
  if (drone.condition === 'crashed') return skipTo(drone, nowMs);
  let current = drone;
  while (current.atMs < nowMs) current = step(current, nowMs, timeScale);
  return current.task.kind === 'flying' && instrumentsOf(current).chargeWh === 0 ? crash(current) : current;
}

/** Lets time pass in which nothing happens. What was to end at a moment ends as much later. */
export function skipTo(drone: SimDrone, nowMs: number): SimDrone {
  const { task } = drone;
  if (nowMs <= drone.atMs) return drone;
  if (task.kind !== 'loading' && task.kind !== 'unloading') return { ...drone, atMs: nowMs };
  return { ...drone, atMs: nowMs, task: { ...task, endsAtMs: task.endsAtMs + nowMs - drone.atMs } };
}

/** Until `untilMs`, or until the task ends if that is sooner. */
function step(drone: SimDrone, untilMs: number, timeScale: number): SimDrone {
  const { task } = drone;
  switch (task.kind) {
    case 'parked':
      return park(drone, task, untilMs, timeScale);
    case 'flying':
      return fly(drone, task, untilMs, timeScale);
    case 'loading':
      return task.endsAtMs > untilMs ? { ...drone, atMs: untilMs } : loaded({ ...drone, atMs: task.endsAtMs });
    case 'unloading':
      return task.endsAtMs > untilMs ? { ...drone, atMs: untilMs } : unloaded({ ...drone, atMs: task.endsAtMs });
    default:
      return task satisfies never;
  }
}

function park(drone: SimDrone, { charger }: TaskOf<'parked'>, untilMs: number, timeScale: number): SimDrone {
  const { mission } = drone;
  const departs = mission?.phase === 'pending' && mission.departAtMs <= untilMs;
  const endMs = departs ? Math.max(drone.atMs, mission.departAtMs) : untilMs;
  const durationS = ((endMs - drone.atMs) / 1000) * timeScale;
  const chargeWh = charger ? chargedWh(drone.performance, drone.chargeWh, durationS) : drone.chargeWh;
  const parked = { ...drone, atMs: endMs, chargeWh };
  return departs ? depart(parked, mission) : parked;
}

function fly(drone: SimDrone, task: TaskOf<'flying'>, untilMs: number, timeScale: number): SimDrone {
  const { mission } = drone;
  const landsAtMs = drone.atMs + ((task.leg.durationS - task.elapsedS) * 1000) / timeScale;
  const divertsAtMs =
    mission?.phase === 'pending' ? Math.max(drone.atMs, mission.departAtMs) : Number.POSITIVE_INFINITY;
  const endMs = Math.min(untilMs, landsAtMs, divertsAtMs);
  if (endMs === landsAtMs) return arrive(landed(drone, task, endMs), task, timeScale);
  const elapsedS = task.elapsedS + ((endMs - drone.atMs) / 1000) * timeScale;
  const flown = { ...drone, atMs: endMs, task: { ...task, elapsedS } };
  return endMs === divertsAtMs && mission !== null ? depart(flown, mission) : flown;
}

function landed(drone: SimDrone, { leg }: TaskOf<'flying'>, atMs: number): SimDrone {
  const chargeWh = Math.max(0, drone.chargeWh - leg.energyWh);
  return { ...drone, atMs, chargeWh, position: leg.to, task: { kind: 'parked', charger: false } };
}

function arrive(drone: SimDrone, { purpose }: TaskOf<'flying'>, timeScale: number): SimDrone {
  const { mission, atMs } = drone;
  if (mission === null || purpose === 'base') {
    return { ...drone, task: { kind: 'parked', charger: drone.base.hasChargers } };
  }
  if (purpose === 'drop-off') {
    return { ...drone, task: { kind: 'unloading', endsAtMs: atMs + (mission.unloadingS * 1000) / timeScale } };
  }
  // Nobody hands a parcel over before its time.
  const handedOverAtMs = Math.max(atMs, mission.pickupTimeMs);
  return { ...drone, task: { kind: 'loading', endsAtMs: handedOverAtMs + (mission.loadingS * 1000) / timeScale } };
}

function loaded(drone: SimDrone): SimDrone {
  if (drone.mission === null) return flyTo(drone, 'base');
  return flyTo({ ...drone, mission: { ...drone.mission, phase: 'on-board' } }, 'drop-off');
}

function unloaded(drone: SimDrone): SimDrone {
  return drone.mission === null ? flyTo(drone, 'base') : finish(drone, drone.mission);
}
