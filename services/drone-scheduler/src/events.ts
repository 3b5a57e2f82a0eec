import type { Logger } from '@dronedelivery/service-kit/logger';
import type { Drone } from './domain/drone.ts';

/** What happens in the fleet that people want to read and count. */
export interface FleetEvents {
  droneLost(drone: Drone): void;
  searchEnded(result: string): void;
  positionsDropped(positions: number, error: unknown): void;
  recordsPurged(records: number): void;
  /** Background work failed; it is tried again. */
  workFailed(work: string, error: unknown): void;
}

export function createFleetEvents(log: Logger): FleetEvents {
  return {
    droneLost: ({ droneId, missionId }) => log.warn({ droneId, missionId }, 'drone lost'),
    searchEnded: (result) => log.info({ result }, 'search for another drone ended'),
    positionsDropped: (positions, error) => log.warn({ positions, err: error }, 'positions dropped'),
    recordsPurged: (records) => log.info({ records }, 'final records purged'),
    workFailed: (work, error) => log.error({ work, err: error }, 'background work failed'),
  };
}
