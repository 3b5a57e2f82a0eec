import { operations, type PutDroneDelivery } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type HttpServer, registerBulk, registerOperation } from '@dronedelivery/service-kit/http';
import { currentTraceparent } from '@dronedelivery/service-kit/trace-context';
import type { Dispatch } from '../../app/dispatch.ts';
import { putDroneDelivery } from '../../app/put-drone-delivery.ts';
import { releaseDroneDelivery } from '../../app/release-drone-delivery.ts';
import type { Mission, MissionKey } from '../../domain/mission.ts';
import type { Asked } from '../../domain/mission-plan.ts';
import type { FleetEvents } from '../../events.ts';
import { cursorOf, pageOf, partsOfCursor } from './cursor.ts';
import { presentBinding, presentMission } from './present-mission.ts';

/** What the saga asks of the scheduler, and what it may know. */
export function addMissionRoutes(server: HttpServer, dispatch: Dispatch, events: FleetEvents): void {
  const present = (mission: Mission) => presentMission(mission, dispatch.fleet.drone(mission.droneId ?? ''));

  const put = async (key: MissionKey, body: PutDroneDelivery) => {
    const outcome = await putDroneDelivery(dispatch, key, askedOf(body));
    events.missionAsked(outcome.kind === 'refused' ? outcome.code : outcome.kind);
    if (outcome.kind === 'refused') throw new AppError(outcome.code, undefined, { deliveryId: key.deliveryId });
    return { status: outcome.kind === 'bound' ? 201 : 200, mission: outcome.mission } as const;
  };

  registerOperation(server, operations.putDroneDelivery, async (request) => {
    const key = { businessId: request.business(), deliveryId: request.params.id };
    const { status, mission } = await put(key, request.body);
    return { status, body: present(mission) };
  });

  registerBulk(server, operations.putDroneDeliveries, async ({ businessId, id, body }) => {
    const { status, mission } = await put({ businessId, deliveryId: id }, body);
    return { status, gain: presentBinding(mission) };
  });

  registerOperation(server, operations.releaseDroneDelivery, async (request) => {
    const key = { businessId: request.business(), deliveryId: request.params.id };
    const outcome = await releaseDroneDelivery(dispatch, key);
    if (outcome === 'parcel-on-board') throw new AppError(outcome, undefined, { deliveryId: key.deliveryId });
    return { status: 204 };
  });

  registerOperation(server, operations.getDroneDelivery, async (request) => {
    const mission = await dispatch.store.find({ businessId: request.business(), deliveryId: request.params.id });
    if (mission === undefined) throw new AppError('not-found');
    await dispatch.fleet.refresh();
    return { status: 200, body: present(mission) };
  });

  registerOperation(server, operations.listDroneDeliveries, async ({ query }) => {
    const { limit = 50, cursor, ...filters } = query;
    const [businessId = '', deliveryId = ''] = cursor === undefined ? [] : partsOfCursor(cursor, 2);
    const found = await dispatch.store.list({ ...filters, limit: limit + 1, after: { businessId, deliveryId } });
    await dispatch.fleet.refresh();
    const next = (last: Mission) => cursorOf(last.businessId, last.deliveryId);
    return { status: 200, body: pageOf(found, limit, next, present) };
  });
}

function askedOf(body: PutDroneDelivery): Asked {
  const { pickupTime, deadline, requestSequence, ...request } = body;
  return {
    request: { ...request, pickupTimeMs: Date.parse(pickupTime), deadlineMs: Date.parse(deadline) },
    requestSequence,
    traceparent: currentTraceparent() ?? null,
  };
}
