import type { DroneModel, DronePerformance, Location, Station } from '@dronedelivery/contracts';
import { distanceLowerBoundM, hopDistanceMaxM } from '@dronedelivery/geo';
import type { Drone } from './drone.ts';
import { type Planning, planFlight, scaledMs } from './flight-plan.ts';
import { flyLeg } from './leg.ts';
import type { FlightPlan, MissionRequest } from './mission.ts';
import type { Choice } from './mission-plan.ts';
import { PriorityQueue } from './priority-queue.ts';
import { type FlightRules, nearestStation, type RouteAfterPickup, routeAfterPickup } from './route.ts';

/** Free drones of one model at the very same place: for a search they differ only in charge and last word. */
export interface Spot {
  readonly location: Location;
  readonly modelId: string;
  readonly parked: boolean;
  readonly drones: Iterable<Drone>;
}

/** Spots near one another. */
export interface DroneGroup {
  readonly center: Location;
  /** No member is farther from the center. */
  readonly radiusM: number;
  readonly spots: Iterable<Spot>;
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
 * The feasible drone with the earliest pickup. Groups, then spots, are looked at in the order of a lower bound of their
 * arrival, so that of thousands of drones only a few flights are planned.
 */
export const assignEarliestPickup: AssignDrone = (fleet, request, rules, nowMs) => {
  const search = searchFor(fleet, request, rules, nowMs);
  if (search.routes.size === 0) return undefined;
  const queue = new PriorityQueue<Candidates>();
  for (const group of fleet.freeGroups()) queue.push(groupBoundMs(search, group), { kind: 'group', group });
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

type Candidates =
  | { readonly kind: 'group'; readonly group: DroneGroup }
  | { readonly kind: 'spot'; readonly spot: Spot; readonly route: RouteAfterPickup };

interface Search {
  readonly planning: Planning;
  readonly routes: ReadonlyMap<string, RouteAfterPickup>;
  readonly fastestMps: number;
}

function searchFor(fleet: Fleet, request: MissionRequest, rules: FlightRules, nowMs: number): Search {
  const routes = routesOf(fleet, request, rules);
  const homeOf = (drone: Drone) => fleet.stations.get(drone.stationId);
  const fastestMps = Math.max(0, ...[...routes.values()].map(({ model }) => model.performance.cruiseSpeedMps));
  return { planning: { request, rules, nowMs, homeOf }, routes, fastestMps };
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

function firstOf(queue: PriorityQueue<Candidates>, search: Search): Choice | undefined {
  let best: Choice | undefined;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const soonestMs = soonestPickupMs(next.key, search);
    if (best !== undefined && soonestMs >= best.flight.pickupEtaMs - tieMs) break;
    if (next.value.kind === 'group') open(next.value.group, queue, search);
    else best = earlier(best, bestOfSpot(next.value, soonestMs, search));
  }
  return best;
}

function open(group: DroneGroup, queue: PriorityQueue<Candidates>, search: Search): void {
  for (const spot of group.spots) {
    const route = search.routes.get(spot.modelId);
    if (route !== undefined) queue.push(spotBoundMs(search, spot, route), { kind: 'spot', spot, route });
  }
}

/** Ends at the first drone that is as early as any here could be. */
function bestOfSpot({ spot, route }: Extract<Candidates, { kind: 'spot' }>, soonestMs: number, search: Search) {
  const fromHere = (from: Location) => flyLeg(from, search.planning.request.pickup, route.model.performance, 0);
  const leg = fromHere(spot.location);
  const enoughMs =
    Math.max(soonestMs, spot.parked ? soonestPickupMs(arrivalMs(search, leg.durationS), search) : 0) + tieMs;
  let best: Choice | undefined;
  for (const drone of spot.drones) {
    const flight = planFlight(drone, route, search.planning, spot.parked ? () => leg : fromHere);
    if (flight !== undefined) best = earlier(best, { drone, flight });
    if (best !== undefined && best.flight.pickupEtaMs <= enoughMs) break;
  }
  return best;
}

function earlier(a: Choice | undefined, b: Choice | undefined): Choice | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.flight.pickupEtaMs < a.flight.pickupEtaMs ? b : a;
}

/** Nobody of the group can arrive before. */
function groupBoundMs(search: Search, { center, radiusM }: DroneGroup): number {
  const farM = Math.max(0, distanceLowerBoundM(center, search.planning.request.pickup) - radiusM);
  return arrivalMs(search, farM / search.fastestMps);
}

/** A drone in the air has its climb behind it. */
function spotBoundMs(search: Search, { location, parked }: Spot, { model: { performance } }: RouteAfterPickup): number {
  const farM = distanceLowerBoundM(location, search.planning.request.pickup);
  const vertical =
    parked && farM > hopDistanceMaxM ? verticalS(location, search.planning.request.pickup, performance) : 0;
  return arrivalMs(search, farM / performance.cruiseSpeedMps + vertical);
}

function verticalS(from: Location, to: Location, performance: DronePerformance): number {
  const climbM = Math.max(0, performance.cruiseAltitudeM - (from.altitude ?? 0));
  const descentM = Math.max(0, performance.cruiseAltitudeM - (to.altitude ?? 0));
  return climbM / performance.climbRateMps + descentM / performance.descentRateMps;
}

function arrivalMs({ planning }: Search, flightS: number): number {
  return planning.nowMs + scaledMs(flightS, planning.rules);
}

function soonestPickupMs(arriveMs: number, { planning }: Search): number {
  const { request, rules } = planning;
  return Math.max(arriveMs, request.pickupTimeMs) + scaledMs(rules.loadingS, rules);
}
