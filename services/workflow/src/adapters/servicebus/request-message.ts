import {
  CancelDeliveryMessage,
  CreateDeliveryMessage,
  literals,
  messageProperties,
  RescheduleDeliveryMessage,
} from '@dronedelivery/contracts';
import { messageReader } from '@dronedelivery/service-kit/messages';
import type { OutgoingMessage, ReceivedMessage, Settlement } from '@dronedelivery/service-kit/servicebus';
import Type from 'typebox';
import type { DelayedCopy } from '../../app/delayed-copy.ts';
import type { DeliveryRequest } from '../../domain/request.ts';
import { envelopeProperties, readEnvelope } from './envelope.ts';

const readKind = messageReader(Type.Object({ kind: literals('create', 'reschedule', 'cancel') }));
/** One for each kind: the faults of a union would not say which of its members was meant. */
const readBody = {
  create: messageReader(CreateDeliveryMessage),
  reschedule: messageReader(RescheduleDeliveryMessage),
  cancel: messageReader(CancelDeliveryMessage),
} as const;

export type ReadRequest =
  | { readonly ok: true; readonly request: DeliveryRequest }
  | { readonly ok: false; readonly settlement: Settlement };

export function readRequest(received: ReceivedMessage): ReadRequest {
  const kind = readKind(received);
  if (!kind.ok) return kind;
  const body = readBody[kind.value.kind](received);
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
