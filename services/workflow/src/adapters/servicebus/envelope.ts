import { messageProperties } from '@dronedelivery/contracts';
import { delayReasons, type Envelope } from '../../domain/request.ts';

export type ApplicationProperties = Readonly<Record<string, unknown>>;

/** What the broker says of a message. */
export interface Arrival {
  readonly messageId: string;
  /** Decimal text: a 64-bit number. */
  readonly sequenceNumber: string;
  readonly deliveryCount: number;
  readonly enqueuedAtMs: number;
  readonly properties: ApplicationProperties;
}

/** Reads what earlier handlings have left on a message. A property that makes no sense counts as absent. */
export function readEnvelope(arrival: Arrival): Envelope {
  const { messageId, sequenceNumber, deliveryCount, enqueuedAtMs, properties } = arrival;
  const names = messageProperties;
  const delayReason = delayReasons.find((reason) => reason === properties[names.delayReason]);
  const compensation = textOf(properties[names.compensation]);
  return {
    messageId,
    attempt: countOf(properties[names.attempt]),
    originalMessageId: textOf(properties[names.originalMessageId]) ?? messageId,
    sequence: sequenceOf(properties[names.originalSequenceNumber]) ?? sequenceNumber,
    tries: countOf(properties[names.tries]),
    ...(delayReason === undefined ? {} : { delayReason }),
    ...(compensation === undefined ? {} : { compensation }),
    resubmissions: countOf(properties[names.resubmissions]),
    redeliveries: deliveryCount,
    enqueuedAtMs,
  };
}

/** The properties by which `readEnvelope` of a copy finds the same again, the message id apart. */
export function envelopeProperties(envelope: Envelope): Record<string, string | number> {
  const names = messageProperties;
  const { delayReason, compensation } = envelope;
  return {
    [names.attempt]: envelope.attempt,
    [names.originalMessageId]: envelope.originalMessageId,
    [names.originalSequenceNumber]: envelope.sequence,
    [names.tries]: envelope.tries,
    [names.resubmissions]: envelope.resubmissions,
    ...(delayReason === undefined ? {} : { [names.delayReason]: delayReason }),
    ...(compensation === undefined ? {} : { [names.compensation]: compensation }),
  };
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function sequenceOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,20}$/.test(value) ? value : undefined;
}
