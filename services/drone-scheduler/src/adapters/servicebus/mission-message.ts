import {
  cloudEventsMediaType,
  eventTypes,
  type MissionEvent,
  type MissionEventData,
  topics,
} from '@dronedelivery/contracts';
import { derivedId } from '@dronedelivery/service-kit/ids';
import type { OutboxEntry } from '@dronedelivery/service-kit/outbox';

export const eventSource = '/drone-scheduler';

/** A mission event as it goes to the topic; its id follows from what it tells, so that a repetition is seen. */
export function missionMessage(data: MissionEventData, traceparent: string | null): OutboxEntry {
  const eventId = derivedId(data.businessId, data.deliveryId, String(data.sequence));
  const trace = traceparent === null ? {} : { traceparent };
  const event: MissionEvent = {
    specversion: '1.0',
    id: eventId,
    source: eventSource,
    type: eventTypes.mission,
    subject: `${data.businessId}/${data.deliveryId}`,
    time: data.occurredAt,
    datacontenttype: 'application/json',
    ...trace,
    data,
  };
  return {
    entity: topics.droneEvents,
    eventId,
    body: JSON.stringify(event),
    contentType: cloudEventsMediaType,
    subject: event.type,
    properties: { kind: data.kind, businessId: data.businessId, deliveryId: data.deliveryId },
    ...trace,
  };
}
