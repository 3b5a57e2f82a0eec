import { DeliveryRequestMessage, messageProperties } from '@dronedelivery/contracts';
import { messageReader } from '@dronedelivery/service-kit/messages';
import type { OutgoingMessage, ReceivedMessage, Settlement } from '@dronedelivery/service-kit/servicebus';
import type { DelayedCopy } from '../../app/delayed-copy.ts';
import type { DeliveryRequest } from '../../domain/request.ts';
import { envelopeProperties, readEnvelope } from './envelope.ts';

const readBody = messageReader(DeliveryRequestMessage);

export type ReadRequest =
  | { readonly ok: true; readonly request: DeliveryRequest }
  | { readonly ok: false; readonly settlement: Settlement };

export function readRequest(received: ReceivedMessage): ReadRequest {
  const body = readBody(received);
  return body.ok ? { ok: true, request: { message: body.value, envelope: readEnvelope(received) } } : body;
}

export function toMessage({ message, envelope, notBeforeMs }: DelayedCopy): OutgoingMessage {
  const { businessId, deliveryId, kind } = message;
  const names = messageProperties;
  return {
    messageId: envelope.messageId,
    body: JSON.stringify(message),
    subject: kind,
    correlationId: deliveryId,
    properties: {
      [names.businessId]: businessId,
      [names.deliveryId]: deliveryId,
      [names.kind]: kind,
      ...envelopeProperties(envelope),
    },
    scheduledAtMs: notBeforeMs,
  };
}
