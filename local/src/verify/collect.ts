import {
  type DeadLetter,
  type DeliveryListItem,
  type Drone,
  type DroneDelivery,
  type DroneModel,
  type Notification,
  queues,
  type TrackingEvent,
} from '@dronedelivery/contracts';
import { ApiClient } from '../api-client.ts';
import type { LocalInfo } from '../local-info.ts';
import { lookAsTenant } from './look-as-tenant.ts';
import { mapBounded, Reader } from './reader.ts';
import type { DeliveryDetails, Snapshot } from './snapshot.ts';
import { deliveryKey } from './states.ts';
import type { Violation } from './violation.ts';

/** Reads a snapshot as an operator; with suspicions, details only of the deliveries that they name. */
export type Collect = (suspected?: readonly Violation[]) => Promise<Snapshot>;

export function createCollector(info: LocalInfo, accepted: readonly string[]): Collect {
  const operator = new Reader(new ApiClient(info.edgeUrl, info.operator));
  const tenant = new Reader(new ApiClient(info.edgeUrl, info.demo));
  return async (suspected) => {
    // First what depends on the rest: a delivery is recorded before its drone is reserved.
    const missions = await operator.all<DroneDelivery>('/v1/dronedeliveries');
    const drones = await operator.all<Drone>('/v1/drones');
    const models = await operator.all<DroneModel>('/v1/dronemodels');
    const deliveries = distinct(await operator.all<DeliveryListItem>('/v1/deliveries'));
    return {
      ...{ missions, drones, models, deliveries, accepted },
      details: await mapBounded(withDetails(deliveries, suspected), (delivery) => readDetails(operator, delivery)),
      deadLetters: await operator.all<DeadLetter>('/v1/deadletters'),
      requestsWaiting: await countRequests(info),
      tenant: await lookAsTenant(
        { tenant, operator, businessId: info.demo.businessId, edgeUrl: info.edgeUrl },
        deliveries,
      ),
      takenAtMs: Date.now(),
    };
  };
}

/** Pages may show a delivery twice that moves to the history while they are read. */
function distinct(deliveries: readonly DeliveryListItem[]): DeliveryListItem[] {
  return [...new Map(deliveries.map((delivery) => [deliveryKey(delivery.businessId, delivery.id), delivery])).values()];
}

function withDetails(deliveries: readonly DeliveryListItem[], suspected: readonly Violation[] | undefined) {
  if (suspected === undefined) return deliveries;
  const named = new Set(suspected.flatMap(({ ids }) => ids));
  return deliveries.filter(({ id }) => named.has(id));
}

async function readDetails(operator: Reader, { businessId, id }: DeliveryListItem): Promise<DeliveryDetails> {
  const query = `businessId=${businessId}`;
  return {
    businessId,
    deliveryId: id,
    history: await operator.all<TrackingEvent>(`/v1/deliveries/${id}/history?${query}`),
    notifications: await operator.all<Notification>(`/v1/deliveries/${id}/notifications?${query}`),
  };
}

interface BrokerStatus {
  readonly entities: readonly {
    readonly name: string;
    readonly active: number;
    readonly scheduled: number;
    readonly deferred: number;
  }[];
}

async function countRequests({ services }: LocalInfo): Promise<number> {
  const answer = await fetch(`${services.broker?.url}/status`, { signal: AbortSignal.timeout(10_000) });
  const { entities } = (await answer.json()) as BrokerStatus;
  const queue = entities.find(({ name }) => name === queues.deliveryRequests);
  if (queue === undefined) throw new Error(`The broker says nothing of the queue ${queues.deliveryRequests}.`);
  return queue.active + queue.scheduled + queue.deferred;
}
