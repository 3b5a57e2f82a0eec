import { eventTypes, type MissionEventData, topics } from '@dronedelivery/contracts';
import { derivedId } from '@dronedelivery/service-kit/ids';
import { cloudEventEntry } from '@dronedelivery/service-kit/messages';
import type { OutboxEntry } from '@dronedelivery/service-kit/outbox';

export const eventSource = '/drone-scheduler';

/** A mission event as it goes to the topic; its id follows from what it tells, so that a repetition is seen. */
export function missionMessage(data: MissionEventData, traceparent: string | null): OutboxEntry {
  const { kind, businessId, deliveryId } = data;
  return cloudEventEntry(
    topics.droneEvents,
    {
      id: derivedId(businessId, deliveryId, String(data.sequence)),
      source: eventSource,
      type: eventTypes.mission,
      subject: `${businessId}/${deliveryId}`,
      timeMs: Date.parse(data.occurredAt),
      data,
    },
    { properties: { kind, businessId, deliveryId }, ...(traceparent === null ? {} : { traceparent }) },
  );
}
