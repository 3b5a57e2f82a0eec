import type { DroneModel, Location, Station } from '@dronedelivery/contracts';
import { distanceLowerBoundM } from '@dronedelivery/geo';
import type { Drone } from './drone.ts';
import { type ApproachLeg, type Planning, planFlight, scaledMs } from './flight-plan.ts';
import { flyLeg } from './leg.ts';
import type { FlightPlan, MissionRequest } from './mission.ts';
import type { Choice } from './mission-plan.ts';
import { PriorityQueue } from './priority-queue.ts';
import { type FlightRules, nearestStation, type RouteAfterPickup, routeAfterPickup } from './route.ts';

/** Free drones near one another. */
export interface DroneGroup {
  readonly center: Location;
  /** No member is farther from the center. */
  readonly radiusM: number;
  readonly drones: Iterable<Drone>;
}

/** The fleet as an assignment sees it. */
export interface Fleet {
  readonly models: ReadonlyMap<string, DroneModel>;
  readonly stations: ReadonlyMap<string, Station>;
  freeGroups(): Iterable<DroneGroup>;
}

export type AssignDrone = (
  fleet: Fleet,
  request: MissionRequest,
  rules: FlightRules,
  nowMs: number,
) => Choice | undefined;

/** Pickups closer in time than this count as equal: the nearer drone is taken. */
const tieMs = 1000;

/**
 * The feasible drone with the earliest pickup. Groups and drones are looked at in the order of a lower bound of their
 * arrival, so that of thousands of drones only a few flights are planned.
 */
export const assignEarliestPickup: AssignDrone = (fleet, request, rules, nowMs) => {
  const search = searchFor(fleet, request, rules, nowMs);
  if (search.fastestMps === 0) return undefined;
  const queue = new PriorityQueue<Drone | DroneGroup>();
  for (const group of fleet.freeGroups()) {
    queue.push(boundMs(search, group.center, group.radiusM), group);
  }
  return firstOf(queue, search);
};

/** The flight of one given drone. */
export function planFor(
  fleet: Fleet,
  drone: Drone,
  request: MissionRequest,
  rules: FlightRules,
  nowMs: number,
): FlightPlan | undefined {
  const search = searchFor(fleet, request, rules, nowMs);
  const route = search.routes.get(drone.modelId);
  return route === undefined ? undefined : planFlight(drone, route, search.planning);
}

interface Search {
  readonly planning: Planning;
  readonly routes: ReadonlyMap<string, RouteAfterPickup>;
  readonly fastestMps: number;
  readonly approachLegs: Map<string, ReturnType<ApproachLeg>>;
}

function searchFor(fleet: Fleet, request: MissionRequest, rules: FlightRules, nowMs: number): Search {
  const routes = routesOf(fleet, request, rules);
  const homeOf = (drone: Drone) => fleet.stations.get(drone.stationId);
  const fastestMps = Math.max(0, ...[...routes.values()].map(({ model }) => model.performance.cruiseSpeedMps));
  return { planning: { request, rules, nowMs, homeOf }, routes, fastestMps, approachLegs: new Map() };
}

function routesOf(fleet: Fleet, request: MissionRequest, rules: FlightRules): ReadonlyMap<string, RouteAfterPickup> {
  const station = nearestStation(fleet.stations.values(), request.dropOff);
  const routes = new Map<string, RouteAfterPickup>();
  if (station === undefined) return routes;
  for (const model of fleet.models.values()) {
    const route = routeAfterPickup(model, request, station, rules);
    if (route !== undefined) routes.set(model.modelId, route);
  }
  return routes;
}

function firstOf(queue: PriorityQueue<Drone | DroneGroup>, search: Search): Choice | undefined {
  let best: Choice | undefined;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (best !== undefined && soonestPickupMs(next.key, search) >= best.flight.pickupEtaMs - tieMs) break;
    if ('drones' in next.value) {
      for (const drone of next.value.drones) queue.push(boundMs(search, drone.location, 0), drone);
      continue;
    }
    const flight = flightOf(next.value, search);
    if (flight === undefined) continue;
    if (best === undefined || flight.pickupEtaMs < best.flight.pickupEtaMs) best = { drone: next.value, flight };
  }
  return best;
}

function flightOf(drone: Drone, search: Search): FlightPlan | undefined {
  const route = search.routes.get(drone.modelId);
  if (route === undefined) return undefined;
  return planFlight(drone, route, search.planning, (from) => approachLeg(from, route, search));
}

/** Parked drones share their spot with many others. */
function approachLeg(from: Location, { model }: RouteAfterPickup, { planning, approachLegs }: Search) {
  const key = `${model.modelId}/${from.latitude}/${from.longitude}/${from.altitude ?? 0}`;
  const known = approachLegs.get(key);
  if (known !== undefined) return known;
  const leg = flyLeg(from, planning.request.pickup, model.performance, 0);
  approachLegs.set(key, leg);
  return leg;
}

/** Nobody there can arrive before. */
function boundMs({ planning, fastestMps }: Search, from: Location, radiusM: number): number {
  const farM = Math.max(0, distanceLowerBoundM(from, planning.request.pickup) - radiusM);
  return planning.nowMs + scaledMs(farM / fastestMps, planning.rules);
}

function soonestPickupMs(arriveMs: number, { planning }: Search): number {
  const { request, rules } = planning;
  return Math.max(arriveMs, request.pickupTimeMs) + scaledMs(rules.loadingS, rules);
}
