import type { Static, TSchema } from 'typebox';
import { parseStrictJson } from './http/strict-json.ts';
import type { OutboxEntry, OutboxMessage } from './outbox/table.ts';
import { lazyCheck } from './schema-check.ts';
import type { OutgoingMessage, ReceivedMessage } from './servicebus/message.ts';
import { deadLetter, type Settlement } from './servicebus/settlement.ts';
import { currentTraceparent } from './trace-context.ts';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  /** The decision for a message that nobody can read: dead-lettered with the reason `unreadable`. */
  | { readonly ok: false; readonly settlement: Settlement };

const faultsTold = 5;

/** Reads message bodies of one schema: strict JSON, every field checked, unknown fields refused where the schema does. */
export function messageReader<S extends TSchema>(
  schema: S,
): (message: Pick<ReceivedMessage, 'body'>) => Decoded<Static<S>> {
  const check = lazyCheck(schema);
  return ({ body }) => {
    try {
      const outcome = check(parseStrictJson(body));
      if (outcome.ok) return outcome;
      const faults = outcome.faults
        .slice(0, faultsTold)
        .map(({ pointer, expected }) => `${pointer || '/'}: ${expected}`);
      return unreadable(faults.join('; '));
    } catch (error) {
      return unreadable((error as Error).message);
    }
  };
}

/** CloudEvents 1.0, structured JSON. */
export interface CloudEventParts {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject?: string;
  readonly timeMs: number;
  readonly data: unknown;
}

/** An event as an outbox entry: message id = event id, so that a repetition is known as one. */
export function cloudEventEntry(
  entity: string,
  { id, source, type, subject, timeMs, data }: CloudEventParts,
  extra: Pick<OutboxEntry, 'properties' | 'timeToLiveMs' | 'traceparent' | 'notBeforeMs'> = {},
): OutboxEntry {
  const traceparent = extra.traceparent ?? currentTraceparent();
  const event = {
    specversion: '1.0',
    id,
    source,
    type,
    ...(subject === undefined ? {} : { subject }),
    time: new Date(timeMs).toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent === undefined ? {} : { traceparent }),
    data,
  };
  return {
    ...extra,
    entity,
    eventId: id,
    body: JSON.stringify(event),
    contentType: 'application/cloudevents+json',
    subject: type,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** What a relay or a publisher without outbox hands to a sender. */
export function outgoingMessage(entry: OutboxEntry | OutboxMessage): OutgoingMessage {
  const { eventId, body, contentType, subject, properties, timeToLiveMs, traceparent } = entry;
  return {
    messageId: eventId,
    body,
    ...(contentType === undefined ? {} : { contentType }),
    ...(subject === undefined ? {} : { subject }),
    ...(properties === undefined ? {} : { properties }),
    ...(timeToLiveMs === undefined ? {} : { timeToLiveMs }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function unreadable(description: string): Decoded<never> {
  return { ok: false, settlement: deadLetter('unreadable', description) };
}
