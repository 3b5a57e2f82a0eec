import type {
  CreateDeliveryMessage,
  CreateDeliveryRequest,
  DeliveryRequestMessage,
  RescheduleDeliveryRequest,
} from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { NewId } from '@dronedelivery/service-kit/ids';
import { type Asking, identify, type RequestIds } from './identify.ts';
import type { SendRequest } from './ports.ts';
import { type Acceptance, cancelMessage, createMessage, rescheduleMessage } from './request-messages.ts';

/** In whose name, and under which key, a request comes. */
export interface Requester {
  readonly businessId: string;
  /** Whose request it is where the body does not say. */
  readonly ownerId: string;
  readonly idempotencyKey?: string | undefined;
}

export interface Accept {
  create(body: CreateDeliveryRequest, requester: Requester): Promise<CreateDeliveryMessage>;
  reschedule(deliveryId: string, body: RescheduleDeliveryRequest, requester: Requester): Promise<RequestIds>;
  cancel(deliveryId: string, requester: Requester): Promise<RequestIds>;
}

const retryAfterS = 1;

/** Puts requests on the queue; each resolves only after the broker has taken its message. */
export function createAccept(ports: { sendRequest: SendRequest; newId: NewId; now: () => number }): Accept {
  const begin = (asking: Asking): Acceptance => ({
    ...identify(asking, ports.newId),
    businessId: asking.businessId,
    nowMs: ports.now(),
  });
  const submit = <M extends DeliveryRequestMessage>(message: M) => send(message, ports.sendRequest);
  return {
    create: (body, who) => submit(createMessage(body, body.ownerId ?? who.ownerId, begin({ kind: 'create', ...who }))),
    reschedule: (deliveryId, body, who) =>
      submit(rescheduleMessage(body, begin({ kind: 'reschedule', deliveryId, ...who }))),
    cancel: (deliveryId, who) => submit(cancelMessage(begin({ kind: 'cancel', deliveryId, ...who }))),
  };
}

async function send<M extends DeliveryRequestMessage>(message: M, sendRequest: SendRequest): Promise<M> {
  const { requestId: messageId, deliveryId } = message;
  const outcome = await sendRequest({ messageId, message });
  switch (outcome) {
    case 'accepted':
      return message;
    case 'overloaded':
      throw new AppError('unavailable', 'Too many requests are on their way to the broker.', { retryAfterS });
    case 'unknown': {
      const detail = 'The broker did not confirm in time. A retry with the same Idempotency-Key is safe.';
      throw new AppError('outcome-unknown', detail, { deliveryId, retryAfterS });
    }
  }
}
