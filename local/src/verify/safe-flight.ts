import type { Drone, DroneModel, DronePerformance, FlyMission, Location } from '@dronedelivery/contracts';
import { type Leg, type Position, planLeg, remainingOfLeg } from '@dronedelivery/geo';
import type { Snapshot } from './snapshot.ts';
import type { Limits, Violation } from './violation.ts';

/** A part of a drone's way that it still has to fly. */
interface Way {
  readonly to: Location;
  readonly payloadKg: number;
}

/** I7, as far as its energy goes: a drone in the air can fly the rest of its way and land at a station with the reserve. */
export function findShortOfEnergy({ drones, models }: Snapshot, { reservePercent }: Limits): Violation[] {
  const performances = new Map(models.map(({ modelId, performance }: DroneModel) => [modelId, performance]));
  return drones.flatMap((drone) => {
    const performance = performances.get(drone.modelId);
    const ways = waysOf(drone);
    if (performance === undefined || ways.length === 0) return [];
    const needPercent = (energyOf(drone, ways, performance) / performance.batteryWh) * 100;
    if (drone.stateOfChargePercent >= needPercent + reservePercent) return [];
    return [
      {
        invariant: 'I7' as const,
        ids: drone.missionId === null ? [drone.droneId] : [drone.droneId, drone.missionId],
        text: 'the drone flies without the energy for the rest of its way and the reserve',
      },
    ];
  });
}

/** None for a drone that stands, is lost, or flies home by itself. */
function waysOf({ state, activity, command }: Drone): readonly Way[] {
  if (state === 'Lost' || command === null || activity === 'Idle' || activity === 'Charging') return [];
  if (command.kind === 'ReturnToStation') return [{ to: command.station.location, payloadKg: 0 }];
  return waysOfMission(command, activity);
}

function waysOfMission(
  { pickup, dropOff, station, payloadKg }: FlyMission,
  activity: Drone['activity'],
): readonly Way[] {
  const home = { to: station.location, payloadKg: 0 };
  if (activity === 'Unloading') return [home];
  const loaded = [{ to: dropOff, payloadKg }, home];
  return activity === 'EnRouteToDropoff' || activity === 'Loading' ? loaded : [{ to: pickup, payloadKg: 0 }, ...loaded];
}

/** In Wh. Only the first way may begin in the air. */
function energyOf({ location, activity }: Drone, ways: readonly Way[], performance: DronePerformance): number {
  const stands = activity === 'Loading' || activity === 'Unloading';
  let at = positionOf(location);
  let sumWh = 0;
  let fly = stands ? flight : restOfFlight;
  for (const way of ways) {
    sumWh += fly(at, way, performance).energyWh;
    at = positionOf(way.to);
    fly = flight;
  }
  return sumWh;
}

function restOfFlight(position: Position, { to, payloadKg }: Way, performance: DronePerformance): Leg {
  return remainingOfLeg({ position, to: positionOf(to), performance, payloadKg });
}

function flight(from: Position, { to, payloadKg }: Way, performance: DronePerformance): Leg {
  return planLeg({ from, to: positionOf(to), performance, payloadKg });
}

function positionOf({ latitude, longitude, altitude }: Location): Position {
  return { latitude, longitude, altitudeM: altitude };
}
