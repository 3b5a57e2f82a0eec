import type { Logger } from '@dronedelivery/service-kit/logger';
import { counter } from '@dronedelivery/service-kit/telemetry';
import type { Drone } from './domain/drone.ts';

const lost = counter('drones.lost', 'Drones that were silent for too long');
const outages = counter('fleet.unheard', 'Times that most of the fleet fell silent at once');
const searches = counter('missions.searches', 'Ended searches for another drone, by result');
const dropped = counter('positions.dropped', 'Positions that could not be told');
const puts = counter('missions.asked', 'Requests for a drone, by outcome');
const reports = counter('telemetry.reports', 'Telemetry reports, by result');

/** What happens in the fleet that people want to read and count. */
export interface FleetEvents {
  missionAsked(outcome: string): void;
  reportsTaken(results: readonly { readonly result: string }[]): void;
  droneLost(drone: Drone): void;
  /** Most of the fleet has fallen silent, or is heard again: not the drones are at fault, but the way to them. */
  fleetUnheard(isUnheard: boolean): void;
  searchEnded(result: string): void;
  positionsDropped(positions: number, error: unknown): void;
  recordsPurged(records: number): void;
  /** Background work failed; it is tried again. */
  workFailed(work: string, error: unknown): void;
}

export function createFleetEvents(log: Logger): FleetEvents {
  return {
    missionAsked: (outcome) => puts(1, { outcome }),
    reportsTaken: (results) => countByResult(results),
    droneLost({ droneId, missionId }) {
      lost();
      log.warn({ droneId, missionId }, 'drone lost');
    },
    fleetUnheard(isUnheard) {
      if (isUnheard) outages();
      if (isUnheard) log.warn({}, 'most of the fleet is unheard: no drone is given up for its silence for a while');
      else log.info({}, 'the fleet is heard again');
    },
    searchEnded(result) {
      searches(1, { result });
      log.info({ result }, 'search for another drone ended');
    },
    positionsDropped(positions, error) {
      dropped(positions);
      log.warn({ positions, err: error }, 'positions dropped');
    },
    recordsPurged: (records) => log.info({ records }, 'final records purged'),
    workFailed: (work, error) => log.error({ work, err: error }, 'background work failed'),
  };
}

function countByResult(results: readonly { readonly result: string }[]): void {
  const counts = new Map<string, number>();
  for (const { result } of results) counts.set(result, (counts.get(result) ?? 0) + 1);
  for (const [result, count] of counts) reports(count, { result });
}
