import { operations, type PutDelivery, type ReplanDelivery } from '@dronedelivery/contracts';
import { type HttpServer, registerBulk, registerOperation } from '@dronedelivery/service-kit/http';
import { currentTraceparent } from '@dronedelivery/service-kit/trace-context';
import type { Execute } from '../../app/execute.ts';
import { deliveryView } from '../../app/views.ts';
import type { ArrivalSurroundings } from '../../domain/arrivals.ts';
import type { DeliveryKey, Order, Plan } from '../../domain/delivery.ts';
import { acceptedRecord } from './answers.ts';

export interface SagaRoutesNeeds {
  readonly execute: Execute;
  readonly surroundings: () => ArrivalSurroundings;
  /** Holds new deliveries up for a while, where those that fly need the time. */
  readonly giveWay: () => Promise<void>;
}

/** What the saga asks for: each call may be repeated. */
export function registerSagaRoutes(server: HttpServer, { execute, surroundings, giveWay }: SagaRoutesNeeds): void {
  const create = async (key: DeliveryKey, body: PutDelivery) => {
    await giveWay();
    const executed = await execute(key, {
      kind: 'create',
      key,
      order: orderOf(body),
      plan: planOf(body),
      requestSequence: body.requestSequence,
      traceparent: currentTraceparent() ?? null,
    });
    return { record: acceptedRecord(key, executed), isNew: executed.isNew };
  };

  registerOperation(server, operations.putDelivery, async (request) => {
    const key = { businessId: request.business(), id: request.params.id };
    const { record, isNew } = await create(key, request.body);
    return isNew ? { status: 201, body: deliveryView(record, surroundings()) } : { status: 204 };
  });

  registerBulk(server, operations.putDeliveries, async ({ businessId, id, body }) => {
    const { isNew } = await create({ businessId, id }, body);
    return { status: isNew ? 201 : 204, gain: {} };
  });

  registerOperation(server, operations.replanDelivery, async (request) => {
    const { params, body } = request;
    const key = { businessId: request.business(), id: params.id };
    const { requestId, requestSequence } = body;
    const executed = await execute(key, { kind: 'replan', plan: planOf(body), requestId, requestSequence });
    return { status: 200, body: deliveryView(acceptedRecord(key, executed), surroundings()) };
  });

  registerOperation(server, operations.putDeliveryOutcome, async (request) => {
    const { params, body } = request;
    const key = { businessId: request.business(), id: params.id };
    const { stage, reason, requestId } = body;
    const executed = await execute(key, { kind: 'end', key, as: stage, reason, requestId });
    const delivery = deliveryView(acceptedRecord(key, executed), surroundings());
    return { status: executed.isNew ? 201 : 200, body: delivery };
  });

  registerOperation(server, operations.recordRefusal, async (request) => {
    const { params, body } = request;
    const key = { businessId: request.business(), id: params.id };
    const { requestId, reason } = body;
    acceptedRecord(key, await execute(key, { kind: 'refuse', requestId, reason }));
    return { status: 204 };
  });
}

function orderOf({ ownerId, expedited, confirmationRequired, parcel, requestedAt }: PutDelivery): Order {
  return { ownerId, expedited, confirmationRequired, parcel, requestedAtMs: Date.parse(requestedAt) };
}

function planOf({ pickup, dropOff, pickupTime, deadline }: PutDelivery | ReplanDelivery): Plan {
  return { pickup, dropOff, pickupTimeMs: Date.parse(pickupTime), deadlineMs: Date.parse(deadline) };
}
