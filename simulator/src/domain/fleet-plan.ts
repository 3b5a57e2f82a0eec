import type { DroneModel, RegisterDrone, Station } from '@dronedelivery/contracts';
import { destination, type Position } from '@dronedelivery/geo';
import { droneModels, modelOf } from './models.ts';
import { locationOf } from './place.ts';
import { type Random, seededRandom } from './random.ts';

/** A fleet to register. */
export interface FleetPlan {
  readonly models: readonly DroneModel[];
  readonly stations: readonly Station[];
  readonly drones: readonly RegisterDrone[];
}

const dronesPerStation = 40;
const stationsMin = 4;
const stationsMax = 24;
/** Stations lie in a ring around the centre, as a city's landing places would. */
const ringInnerM = 1_000;
const ringOuterM = 5_000;
const chargePercentMin = 70;

/** The same fleet for the same numbers. */
export function planFleet(droneCount: number, seed: number, center: Position): FleetPlan {
  const stations = planStations(droneCount, seed, center);
  const random = seededRandom(seed ^ 0x5eed);
  const drones = Array.from({ length: droneCount }, (_, index) => planDrone(index, stations, random));
  return { models: droneModels, stations, drones };
}

function planStations(droneCount: number, seed: number, center: Position): readonly Station[] {
  const random = seededRandom(seed);
  const count = Math.min(stationsMax, Math.max(stationsMin, Math.ceil(droneCount / dronesPerStation)));
  const turnDeg = random() * 360;
  return Array.from({ length: count }, (_, index) => {
    const bearingDeg = turnDeg + ((index + random() * 0.5) * 360) / count;
    const place = destination(center, bearingDeg, ringInnerM + random() * (ringOuterM - ringInnerM));
    return {
      stationId: `station-${String(index + 1).padStart(2, '0')}`,
      location: locationOf({ ...place, altitudeM: 0 }),
      // Any drone of the fleet may end at any station, so there is a charger for each.
      chargers: Math.max(1, droneCount),
    };
  });
}

function planDrone(index: number, stations: readonly Station[], random: Random): RegisterDrone {
  const { modelId } = modelOf(index);
  const station = stations[index % stations.length];
  return {
    droneId: `drone-${String(index + 1).padStart(5, '0')}`,
    modelId,
    stationId: station?.stationId ?? '',
    stateOfChargePercent: Math.round(chargePercentMin + random() * (100 - chargePercentMin)),
  };
}
