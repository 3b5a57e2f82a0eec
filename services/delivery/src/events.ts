import type { Logger } from '@dronedelivery/service-kit/logger';
import { counter } from '@dronedelivery/service-kit/telemetry';

interface OfMission {
  readonly businessId: string;
  readonly deliveryId: string;
  readonly missionId: string;
}

/** What happens to deliveries that people want to read and count. */
export interface DeliveryEvents {
  stageEntered(of: { readonly businessId: string; readonly id: string }, stage: string, reason: string | null): void;
  missionNewsIgnored(of: OfMission, because: string): void;
  positionsNoted(taken: number, ignored: number): void;
  silentDeliveriesChecked(deliveries: number): void;
  /** Background work failed; it is tried again. */
  workFailed(work: string, error: unknown): void;
}

export function createDeliveryEvents(log: Logger): DeliveryEvents {
  const countStages = counter('deliveries.stage_entered', 'Stages that deliveries have entered');
  const countIgnored = counter('deliveries.mission_news_ignored', 'Mission events that changed nothing, by reason');
  const countPositions = counter('deliveries.positions', 'Positions of drones, taken or ignored');
  return {
    stageEntered: ({ businessId, id }, stage, reason) => {
      countStages(1, { stage });
      log.debug({ businessId, deliveryId: id, stage, reason }, 'stage entered');
    },
    missionNewsIgnored: ({ businessId, deliveryId, missionId }, because) => {
      countIgnored(1, { because });
      log.debug({ businessId, deliveryId, missionId, because }, 'mission news ignored');
    },
    positionsNoted: (taken, ignored) => {
      countPositions(taken, { result: 'taken' });
      countPositions(ignored, { result: 'ignored' });
    },
    silentDeliveriesChecked: (deliveries) => log.info({ deliveries }, 'asked the scheduler about silent deliveries'),
    workFailed: (work, error) => log.warn({ work, err: error }, 'background work failed'),
  };
}
