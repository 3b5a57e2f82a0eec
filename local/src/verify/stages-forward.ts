import type { DeliveryStage, TrackingEvent } from '@dronedelivery/contracts';
import type { Snapshot } from './snapshot.ts';
import { deliveryKey, mayFollow } from './states.ts';
import type { Violation } from './violation.ts';

/** A cancel or a failure that overtook its create is the first that is known of a delivery. */
const firstStages: readonly DeliveryStage[] = ['Created', 'Cancelled', 'Failed'];

/** I3: each history moves along the table, without gaps or repetitions in its numbers, up to the present stage. */
export function findWrongMoves({ deliveries, details }: Snapshot): Violation[] {
  const stages = new Map(deliveries.map(({ businessId, id, stage }) => [deliveryKey(businessId, id), stage]));
  return details.flatMap(({ businessId, deliveryId, history }) => {
    const present = stages.get(deliveryKey(businessId, deliveryId));
    const faults = [...wrongMoves(history), ...wrongNumbers(history), ...wrongEnd(history, present)];
    return faults.map((text) => ({ invariant: 'I3' as const, ids: [deliveryId], text }));
  });
}

function wrongMoves(history: readonly TrackingEvent[]): string[] {
  const first = history[0];
  const start = first !== undefined && !firstStages.includes(first.stage) ? [`begins as ${first.stage}`] : [];
  const moves = history.slice(1).flatMap(({ stage, sequence }, index) => {
    const before = history[index]?.stage ?? stage;
    return mayFollow(before, stage) ? [] : [`moves from ${before} to ${stage} at number ${sequence} of its history`];
  });
  return [...start, ...moves];
}

function wrongNumbers(history: readonly TrackingEvent[]): string[] {
  const wrong = history.find(({ sequence }, index) => sequence !== index + 1);
  return wrong === undefined ? [] : [`has number ${wrong.sequence} of its history at the wrong place`];
}

function wrongEnd(history: readonly TrackingEvent[], present: DeliveryStage | undefined): string[] {
  const last = history.at(-1)?.stage;
  if (last === undefined) return ['has no history'];
  return present === undefined || present === last ? [] : [`is ${present}, but its history ends as ${last}`];
}
