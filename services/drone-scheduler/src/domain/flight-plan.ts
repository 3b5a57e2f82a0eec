import type { Location, Station } from '@dronedelivery/contracts';
import { distanceM, type Leg, positionAlong } from '@dronedelivery/geo';
import { type Drone, isParked } from './drone.ts';
import { flyLeg, flyOn } from './leg.ts';
import type { FlightPlan, MissionRequest } from './mission.ts';
import type { FlightRules, RouteAfterPickup } from './route.ts';

export interface Planning {
  readonly request: MissionRequest;
  readonly rules: FlightRules;
  readonly nowMs: number;
  /** Where a returning drone goes when its command does not say it. */
  homeOf(drone: Drone): Station | undefined;
}

/** The way to the pickup and when it begins. */
interface Approach {
  readonly departAtMs: number;
  readonly arriveAtMs: number;
}

export type ApproachLeg = (from: Location) => Leg;

/**
 * How a drone would fly the request: leaving so that it arrives at the pickup time and not before. Undefined when its
 * energy does not suffice or the deadline would pass.
 */
export function planFlight(
  drone: Drone,
  route: RouteAfterPickup,
  planning: Planning,
  approachLeg: ApproachLeg = (from) => flyLeg(from, planning.request.pickup, route.model.performance, 0),
): FlightPlan | undefined {
  const approach = isParked(drone.activity)
    ? fromGround(drone, route, planning, approachLeg)
    : fromAir(drone, route, planning, approachLeg);
  return approach === undefined ? undefined : timed(approach, route, planning);
}

/** Wall-clock milliseconds that a flight or ground time takes. */
export function scaledMs(durationS: number, rules: Pick<FlightRules, 'timeScale'>): number {
  return (durationS * 1000) / rules.timeScale;
}

function timed(approach: Approach, route: RouteAfterPickup, planning: Planning): FlightPlan | undefined {
  const { request, rules } = planning;
  const loadFromMs = Math.max(approach.arriveAtMs, request.pickupTimeMs);
  const pickupEtaMs = loadFromMs + scaledMs(rules.loadingS, rules);
  const deliveryEtaMs = pickupEtaMs + scaledMs(route.payloadLeg.durationS + rules.unloadingS, rules);
  if (deliveryEtaMs > request.deadlineMs) return undefined;
  return {
    station: route.station,
    departAtMs: Math.round(approach.departAtMs),
    pickupEtaMs: Math.round(pickupEtaMs),
    deliveryEtaMs: Math.round(deliveryEtaMs),
    loadingS: rules.loadingS,
    unloadingS: rules.unloadingS,
    performance: route.model.performance,
  };
}

function fromGround(
  drone: Drone,
  route: RouteAfterPickup,
  planning: Planning,
  approachLeg: ApproachLeg,
): Approach | undefined {
  const { rules, nowMs } = planning;
  if (drone.activity === 'Idle' && energyOf(drone, route) < route.energyWh) return undefined;
  const leg = approachLeg(drone.location);
  const waitMs = chargingMs(drone, route, leg.energyWh + route.energyWh, rules);
  if (waitMs === undefined) return undefined;
  const silentMs = silentForMs(drone, nowMs);
  return departing(leg, nowMs + Math.max(0, nextReportMs(drone, silentMs, rules), waitMs - silentMs), planning);
}

/** A parked drone hears of a mission in the answer to its next report. */
function nextReportMs(drone: Drone, silentMs: number, { parkedReportMs }: FlightRules): number {
  return drone.lastSeenAtMs === null ? 0 : parkedReportMs - silentMs;
}

/** Never negative: clocks may have been set back. */
function silentForMs({ lastSeenAtMs }: Drone, nowMs: number): number {
  return lastSeenAtMs === null ? 0 : Math.max(0, nowMs - lastSeenAtMs);
}

/** Until the battery holds what is needed: 0 when it does, undefined when it never will. */
function chargingMs(drone: Drone, route: RouteAfterPickup, needWh: number, rules: FlightRules): number | undefined {
  const { batteryWh, chargePowerW } = route.model.performance;
  const missingWh = needWh - energyOf(drone, route);
  if (missingWh <= 0) return 0;
  if (drone.activity !== 'Charging' || needWh > batteryWh) return undefined;
  return scaledMs((missingWh / chargePowerW) * 3600, rules);
}

/** A drone in the air turns at once, unless it can land first and still be in time. */
function fromAir(
  drone: Drone,
  route: RouteAfterPickup,
  planning: Planning,
  approachLeg: ApproachLeg,
): Approach | undefined {
  const { performance } = route.model;
  const home = drone.command?.kind === 'ReturnToStation' ? drone.command.station : planning.homeOf(drone);
  if (drone.activity === 'Returning' && home !== undefined) {
    const landed = afterLanding(drone, home, route, planning, approachLeg);
    if (landed !== undefined) return landed;
  }
  const here = drone.activity === 'Returning' ? predicted(drone, home, planning) : drone.location;
  const leg = flyOn(here, planning.request.pickup, performance, 0);
  if (energyOf(drone, route) < leg.energyWh + route.energyWh) return undefined;
  const departAtMs = planning.nowMs;
  return { departAtMs, arriveAtMs: departAtMs + scaledMs(leg.durationS, planning.rules) };
}

function afterLanding(
  drone: Drone,
  home: Station,
  route: RouteAfterPickup,
  planning: Planning,
  approachLeg: ApproachLeg,
): Approach | undefined {
  const rest = flyOn(drone.location, home.location, route.model.performance, 0);
  const leg = approachLeg(home.location);
  if (energyOf(drone, route) < rest.energyWh + leg.energyWh + route.energyWh) return undefined;
  const { nowMs, rules } = planning;
  const landedAtMs = nowMs + Math.max(0, scaledMs(rest.durationS, rules) - silentForMs(drone, nowMs));
  const approach = departing(leg, landedAtMs, planning);
  return approach.arriveAtMs <= planning.request.pickupTimeMs ? approach : undefined;
}

/** Not earlier than it can, nor so early that it would wait at the pickup. */
function departing(leg: Leg, earliestMs: number, { request, rules }: Planning): Approach {
  const legMs = scaledMs(leg.durationS, rules);
  const departAtMs = Math.max(earliestMs, request.pickupTimeMs - legMs);
  return { departAtMs, arriveAtMs: departAtMs + legMs };
}

/** Where a returning drone has got to since its last report. */
function predicted(drone: Drone, home: Station | undefined, { nowMs, rules }: Planning): Location {
  if (home === undefined) return drone.location;
  const restM = distanceM(drone.location, home.location);
  if (restM === 0) return drone.location;
  const flownM = drone.speedMps * (silentForMs(drone, nowMs) / 1000) * rules.timeScale;
  const { latitude, longitude } = positionAlong(drone.location, home.location, Math.min(1, flownM / restM));
  return { ...drone.location, latitude, longitude };
}

function energyOf(drone: Drone, route: RouteAfterPickup): number {
  return (drone.stateOfChargePercent / 100) * route.model.performance.batteryWh;
}
