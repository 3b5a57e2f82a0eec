import type {
  CreateDeliveryMessage,
  CreateDeliveryRequest,
  DeliveryRequestMessage,
  RescheduleDeliveryRequest,
} from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { NewId } from '@dronedelivery/service-kit/ids';
import type { Backlog, Room } from '../domain/backlog.ts';
import type { IngestionEvents } from '../events.ts';
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
  /** @throws AppError where a request of the business would be turned away. */
  checkRoom(businessId: string): void;
  create(body: CreateDeliveryRequest, requester: Requester): Promise<CreateDeliveryMessage>;
  reschedule(deliveryId: string, body: RescheduleDeliveryRequest, requester: Requester): Promise<RequestIds>;
  cancel(deliveryId: string, requester: Requester): Promise<RequestIds>;
}

const retryAfterS = 1;
const retryAfterSpreadS = 4;

export interface AcceptPorts {
  readonly sendRequest: SendRequest;
  readonly backlog: Pick<Backlog, 'roomFor' | 'admit' | 'answered'>;
  readonly events: IngestionEvents;
  readonly newId: NewId;
  readonly now: () => number;
  /** In [0, 1): spreads the moments at which those turned away come again. */
  readonly random: () => number;
}

/** Puts requests on the queue; each resolves only after the broker has taken its message. */
export function createAccept(ports: AcceptPorts): Accept {
  const begin = (asking: Asking): Acceptance => ({
    ...identify(asking, ports.newId),
    businessId: asking.businessId,
    nowMs: ports.now(),
  });
  const check = (room: Room) => {
    if (room === 'free') return;
    ports.events.turnedAway(room);
    throw refusal(room, ports.random());
  };
  const submit = async <M extends DeliveryRequestMessage>(message: M) => {
    check(ports.backlog.admit(message, ports.now()));
    return send(message, ports);
  };
  return {
    checkRoom: (businessId) => check(ports.backlog.roomFor(businessId, ports.now())),
    create: (body, who) => submit(createMessage(body, body.ownerId ?? who.ownerId, begin({ kind: 'create', ...who }))),
    reschedule: (deliveryId, body, who) =>
      submit(rescheduleMessage(body, begin({ kind: 'reschedule', deliveryId, ...who }))),
    cancel: (deliveryId, who) => submit(cancelMessage(begin({ kind: 'cancel', deliveryId, ...who }))),
  };
}

/** More than there is room for is not promised: whoever waits too long for a place had better know at once. */
function refusal(room: Exclude<Room, 'free'>, random: number): AppError {
  const again = { retryAfterS: 1 + Math.floor(random * retryAfterSpreadS), isUnlogged: true };
  return room === 'full'
    ? new AppError('queue-full', undefined, again)
    : new AppError('business-queue-full', undefined, again);
}

async function send<M extends DeliveryRequestMessage>(message: M, ports: AcceptPorts): Promise<M> {
  const { requestId: messageId, deliveryId } = message;
  const outcome = await ports.sendRequest({ messageId, message });
  ports.backlog.answered(messageId);
  switch (outcome) {
    case 'accepted':
      return message;
    case 'overloaded': {
      ports.events.turnedAway('sends-in-flight');
      const detail = 'Too many requests are on their way to the broker.';
      throw new AppError('unavailable', detail, { retryAfterS, isUnlogged: true });
    }
    case 'unknown': {
      const detail = 'The broker did not confirm in time. A retry with the same Idempotency-Key is safe.';
      throw new AppError('outcome-unknown', detail, { deliveryId, retryAfterS });
    }
  }
}
