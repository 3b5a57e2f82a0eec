import type { Logger } from '@dronedelivery/service-kit/logger';
import { counter } from '@dronedelivery/service-kit/telemetry';

/** What the business wants to know of the requests' way in. */
export interface IngestionEvents {
  turnedAway(reason: 'full' | 'business-full' | 'sends-in-flight'): void;
}

/** One line says that it happens; the metric says how often. */
const silenceMs = 60_000;

const countTurnedAway = counter('requests.turned_away', 'Requests for which there was no room, by reason');

export function createIngestionEvents(logger: Logger, now: () => number): IngestionEvents {
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  return {
    turnedAway(reason) {
      countTurnedAway(1, { reason });
      if (Math.abs(now() - loggedAtMs) < silenceMs) return;
      loggedAtMs = now();
      logger.warn({ reason }, 'requests are turned away');
    },
  };
}
