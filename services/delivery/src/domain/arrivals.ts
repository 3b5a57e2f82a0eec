import type { Location } from '@dronedelivery/contracts';
import { type Position, planLeg, remainingOfLeg } from '@dronedelivery/geo';
import type { DeliveryState, Flight, Plan } from './delivery.ts';
import type { LivePosition } from './live-position.ts';
import { isFinal } from './stage.ts';

/** When the parcel is picked up and when it is handed over; the real times once they have passed. */
export interface Arrivals {
  readonly pickupMs: number | null;
  readonly deliveryMs: number | null;
}

/** Flight and ground times are divided by the time scale; everything else is wall clock. */
export interface ArrivalSurroundings {
  readonly nowMs: number;
  readonly timeScale: number;
}

/** What is assumed of a drone as long as none is assigned. */
export const nominalFlight = {
  loadingS: 30,
  unloadingS: 30,
  payloadKg: 0,
  performance: {
    cruiseSpeedMps: 20,
    climbRateMps: 4,
    descentRateMps: 3,
    cruiseAltitudeM: 80,
    cruisePowerW: 1,
    climbPowerW: 1,
    descentPowerW: 1,
    payloadPowerWPerKg: 0,
    batteryWh: 1,
    chargePowerW: 1,
  },
} as const;

/**
 * Both times of arrival as of now, from the drone's real progress where it was heard of, from its flight plan where it
 * was not, from a nominal drone where there is none. What has not happened is never said to lie in the past.
 */
export function estimateArrivals(
  state: DeliveryState,
  position: LivePosition | null,
  surroundings: ArrivalSurroundings,
): Arrivals {
  const { plan, pickedUpAtMs, deliveredAtMs } = state;
  if (isFinal(state.stage)) return { pickupMs: pickedUpAtMs, deliveryMs: deliveredAtMs };
  if (plan === null) return { pickupMs: null, deliveryMs: null };
  const ofMission = position?.missionId === state.mission?.missionId ? position : null;
  const pickupMs = pickedUpAtMs ?? Math.max(surroundings.nowMs, expectedPickupMs(state, plan, ofMission, surroundings));
  if (deliveredAtMs !== null) return { pickupMs, deliveryMs: deliveredAtMs };
  const deliveryMs = expectedDeliveryMs(state, plan, pickupMs, ofMission, surroundings);
  return { pickupMs: Math.round(pickupMs), deliveryMs: Math.round(Math.max(surroundings.nowMs, deliveryMs)) };
}

function expectedPickupMs(
  state: DeliveryState,
  plan: Plan,
  position: LivePosition | null,
  { nowMs, timeScale }: ArrivalSurroundings,
): number {
  const flight = state.mission?.flight;
  if (flight === null || flight === undefined) return plan.pickupTimeMs;
  const loadingMs = scaledMs(flight.loadingS, timeScale);
  const departed = (state.mission?.departedAtMs ?? null) !== null || nowMs >= flight.departAtMs;
  if (position === null || !departed) return asPlannedMs(state, flight, nowMs);
  switch (position.activity) {
    case 'Loading':
      return Math.max(position.activitySinceMs, flight.pickupTimeMs) + loadingMs;
    case 'EnRouteToPickup': {
      const arrivalMs = position.atMs + remainingMs(flight, position, flight.pickup, 0, timeScale);
      return Math.max(arrivalMs, flight.pickupTimeMs) + loadingMs;
    }
    default:
      return asPlannedMs(state, flight, nowMs);
  }
}

/** A drone that leaves late arrives late. */
function asPlannedMs(state: DeliveryState, flight: Flight, nowMs: number): number {
  const leftAtMs = state.mission?.departedAtMs ?? nowMs;
  return flight.pickupEtaMs + Math.max(0, leftAtMs - flight.departAtMs);
}

function expectedDeliveryMs(
  state: DeliveryState,
  plan: Plan,
  pickupMs: number,
  position: LivePosition | null,
  { timeScale }: ArrivalSurroundings,
): number {
  const flight = state.mission?.flight ?? nominalFlightOf(plan);
  const unloadingMs = scaledMs(flight.unloadingS, timeScale);
  switch (position?.activity) {
    case 'Unloading':
      return position.activitySinceMs + unloadingMs;
    case 'EnRouteToDropoff':
      return position.atMs + remainingMs(flight, position, flight.dropOff, flight.payloadKg, timeScale) + unloadingMs;
    default:
      return pickupMs + scaledMs(payloadLegS(flight), timeScale) + unloadingMs;
  }
}

type FlightModel = Pick<Flight, 'pickup' | 'dropOff' | 'payloadKg' | 'loadingS' | 'unloadingS' | 'performance'>;

const nominalFlights = new WeakMap<Plan, FlightModel>();
const payloadLegs = new WeakMap<FlightModel, number>();

function nominalFlightOf(plan: Plan): FlightModel {
  const known = nominalFlights.get(plan);
  if (known !== undefined) return known;
  const flight = { ...nominalFlight, pickup: plan.pickup, dropOff: plan.dropOff };
  nominalFlights.set(plan, flight);
  return flight;
}

/** The same for the whole flight, and asked for at every reading of it. */
function payloadLegS(flight: FlightModel): number {
  const known = payloadLegs.get(flight);
  if (known !== undefined) return known;
  const { performance, payloadKg } = flight;
  const from = positionOf(flight.pickup);
  const { durationS } = planLeg({ from, to: positionOf(flight.dropOff), performance, payloadKg });
  payloadLegs.set(flight, durationS);
  return durationS;
}

function remainingMs(
  { performance }: FlightModel,
  { location, speedMps }: LivePosition,
  to: Location,
  payloadKg: number,
  timeScale: number,
): number {
  const leg = remainingOfLeg({
    position: positionOf(location),
    to: positionOf(to),
    performance,
    payloadKg,
    observedGroundSpeedMps: speedMps,
  });
  return scaledMs(leg.durationS, timeScale);
}

function scaledMs(durationS: number, timeScale: number): number {
  return (durationS * 1000) / timeScale;
}

function positionOf({ latitude, longitude, altitude }: Location): Position {
  return { latitude, longitude, altitudeM: altitude };
}
