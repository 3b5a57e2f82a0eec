import type { DroneModel, Location, Station } from '@dronedelivery/contracts';
import { distanceLowerBoundM, type Leg } from '@dronedelivery/geo';
import { flyLeg } from './leg.ts';
import type { MissionRequest } from './mission.ts';

export interface FlightRules {
  readonly timeScale: number;
  /** Part of the battery that must be left at the last station. */
  readonly reserveFraction: number;
  readonly loadingS: number;
  readonly unloadingS: number;
  /** How often a parked drone reports, and so hears of a mission, in wall-clock time. */
  readonly parkedReportMs: number;
}

export interface DispatchRules extends FlightRules {
  /** A drone is bound this long before the pickup, and not earlier. */
  readonly assignAheadMs: number;
  /** Requests that come a little too early are served all the same. */
  readonly assignAheadMarginMs: number;
}

/** What comes after the pickup: it is the same for every drone of a model. */
export interface RouteAfterPickup {
  readonly model: DroneModel;
  readonly station: Station;
  readonly payloadLeg: Leg;
  /** From the pickup to the station, reserve included. */
  readonly energyWh: number;
}

export function takesParcel(model: DroneModel, request: MissionRequest): boolean {
  return model.maxPayloadKg >= request.weightKg && model.sizes.includes(request.packageSize);
}

/** The nearest station; undefined when there is none. */
export function nearestStation(stations: Iterable<Station>, to: Location): Station | undefined {
  let nearest: Station | undefined;
  let nearestM = Number.POSITIVE_INFINITY;
  for (const station of stations) {
    const farM = distanceLowerBoundM(station.location, to);
    if (farM < nearestM) [nearest, nearestM] = [station, farM];
  }
  return nearest;
}

/** Undefined when the model cannot take the parcel, or not fly it even with a full battery. */
export function routeAfterPickup(
  model: DroneModel,
  request: MissionRequest,
  station: Station,
  rules: FlightRules,
): RouteAfterPickup | undefined {
  if (!takesParcel(model, request)) return undefined;
  const { performance } = model;
  const payloadLeg = flyLeg(request.pickup, request.dropOff, performance, request.weightKg);
  const homeLeg = flyLeg(request.dropOff, station.location, performance, 0);
  const energyWh = payloadLeg.energyWh + homeLeg.energyWh + performance.batteryWh * rules.reserveFraction;
  return energyWh > performance.batteryWh ? undefined : { model, station, payloadLeg, energyWh };
}

/** Whether some model could fly it from some station with a full battery. */
export function couldEverFly(
  models: readonly DroneModel[],
  stations: readonly Station[],
  request: MissionRequest,
  rules: FlightRules,
): boolean {
  const last = nearestStation(stations, request.dropOff);
  const first = nearestStation(stations, request.pickup);
  if (last === undefined || first === undefined) return true;
  return models.some((model) => {
    const route = routeAfterPickup(model, request, last, rules);
    if (route === undefined) return false;
    const approach = flyLeg(first.location, request.pickup, model.performance, 0);
    return approach.energyWh + route.energyWh <= model.performance.batteryWh;
  });
}
