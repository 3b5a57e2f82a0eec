import type { Logger } from '@dronedelivery/service-kit/logger';

interface OfMission {
  readonly businessId: string;
  readonly deliveryId: string;
  readonly missionId: string;
}

/** What happens to deliveries that people want to read and count. */
export interface DeliveryEvents {
  missionNewsIgnored(of: OfMission, because: string): void;
  positionsNoted(taken: number, ignored: number): void;
  silentDeliveriesChecked(deliveries: number): void;
  /** Background work failed; it is tried again. */
  workFailed(work: string, error: unknown): void;
}

export function createDeliveryEvents(log: Logger): DeliveryEvents {
  return {
    missionNewsIgnored: ({ businessId, deliveryId, missionId }, because) =>
      log.debug({ businessId, deliveryId, missionId, because }, 'mission news ignored'),
    positionsNoted: (taken, ignored) => log.trace({ taken, ignored }, 'positions noted'),
    silentDeliveriesChecked: (deliveries) => log.info({ deliveries }, 'asked the scheduler about silent deliveries'),
    workFailed: (work, error) => log.warn({ work, err: error }, 'background work failed'),
  };
}
