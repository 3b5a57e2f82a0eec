import type { ServiceBusMessage, ServiceBusReceivedMessage } from '@azure/service-bus';
import { currentTraceparent } from '../trace-context.ts';

export type PropertyValue = string | number | boolean;

export interface OutgoingMessage {
  /** Duplicate detection goes by it. */
  readonly messageId: string;
  /** JSON text, or bytes. */
  readonly body: string | Buffer;
  readonly contentType?: string;
  readonly subject?: string;
  readonly correlationId?: string;
  readonly properties?: Readonly<Record<string, PropertyValue>>;
  readonly timeToLiveMs?: number;
  /** Epoch milliseconds: not delivered before. */
  readonly scheduledAtMs?: number;
  /** The current trace when absent. */
  readonly traceparent?: string;
}

export interface ReceivedMessage {
  readonly messageId: string;
  readonly body: Buffer;
  readonly contentType: string | undefined;
  readonly subject: string | undefined;
  readonly correlationId: string | undefined;
  /** Application properties; only values of plain types. */
  readonly properties: Readonly<Record<string, PropertyValue>>;
  /** Decimal text. */
  readonly sequenceNumber: string;
  /** How often it was delivered before this time. */
  readonly deliveryCount: number;
  readonly enqueuedAtMs: number;
  /** Why it is a dead letter. */
  readonly deadLetterReason: string | undefined;
  readonly deadLetterDescription: string | undefined;
}

export const traceparentProperty = 'traceparent';

export function toSdkMessage(message: OutgoingMessage): ServiceBusMessage {
  const { body, contentType = 'application/json', subject, correlationId, timeToLiveMs, scheduledAtMs } = message;
  const traceparent = message.traceparent ?? currentTraceparent();
  return {
    messageId: message.messageId,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    contentType,
    applicationProperties: {
      ...message.properties,
      ...(traceparent === undefined ? {} : { [traceparentProperty]: traceparent }),
    },
    ...(subject === undefined ? {} : { subject }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(timeToLiveMs === undefined ? {} : { timeToLive: timeToLiveMs }),
    ...(scheduledAtMs === undefined ? {} : { scheduledEnqueueTimeUtc: new Date(scheduledAtMs) }),
  };
}

export function fromSdkMessage(message: ServiceBusReceivedMessage): ReceivedMessage {
  return {
    messageId: textOf(message.messageId) ?? '',
    body: bodyOf(message.body),
    contentType: message.contentType,
    subject: message.subject,
    correlationId: textOf(message.correlationId),
    properties: plainProperties(message.applicationProperties),
    sequenceNumber: message.sequenceNumber?.toString() ?? '0',
    deliveryCount: message.deliveryCount ?? 0,
    enqueuedAtMs: message.enqueuedTimeUtc?.getTime() ?? 0,
    deadLetterReason: message.deadLetterReason,
    deadLetterDescription: message.deadLetterErrorDescription,
  };
}

/** Other clients may send text or a value in place of bytes; a strict reader will judge it. */
function bodyOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.from(JSON.stringify(body ?? null));
}

function textOf(value: string | number | Buffer | undefined): string | undefined {
  return value === undefined || typeof value === 'string' ? value : value.toString();
}

function plainProperties(
  properties: ServiceBusReceivedMessage['applicationProperties'],
): Record<string, PropertyValue> {
  const plain = Object.entries(properties ?? {}).filter((entry): entry is [string, PropertyValue] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(plain);
}
