import { operations } from '@dronedelivery/contracts';
import { createBulkCalls, type ServiceClient } from '@dronedelivery/service-kit/http-client';
import type { Deliveries, Dependencies, Packages, Scheduler, Target } from '../../app/ports.ts';
import { answerOf } from './answer-of.ts';

export interface Clients {
  readonly delivery: ServiceClient;
  readonly package: ServiceClient;
  readonly scheduler: ServiceClient;
}

/** The three services over HTTP, each through its own client with its own breaker and bulkhead. */
export function httpDependencies(clients: Clients): Dependencies {
  return {
    deliveries: httpDeliveries(clients.delivery),
    packages: httpPackages(clients.package),
    scheduler: httpScheduler(clients.scheduler),
  };
}

function httpDeliveries(client: ServiceClient): Deliveries {
  const created = ({ status }: { readonly status: number }) => ({ created: status === 201 });
  const put = createBulkCalls({
    client,
    operation: operations.putDeliveries,
    gained: created,
    alone: (target, body, signal) =>
      client.call(operations.putDelivery, { ...of(target), body }, { signal }).then(created),
  });
  return {
    put: (target, body, signal) => answerOf(put(target, body, signal)),
    get: (target, signal) => answerOf(client.call(operations.getDelivery, of(target), { signal }).then(bodyOf)),
    replan: (target, body, signal) =>
      answerOf(client.call(operations.replanDelivery, { ...of(target), body }, { signal }).then(nothing)),
    putOutcome: (target, body, signal) =>
      answerOf(client.call(operations.putDeliveryOutcome, { ...of(target), body }, { signal }).then(nothing)),
    recordRefusal: (target, body, signal) =>
      answerOf(client.call(operations.recordRefusal, { ...of(target), body }, { signal }).then(nothing)),
  };
}

function httpPackages(client: ServiceClient): Packages {
  const put = createBulkCalls({
    client,
    operation: operations.putPackages,
    gained: nothing,
    alone: (target, body, signal) =>
      client.call(operations.putPackage, { ...of(target), body }, { signal }).then(nothing),
  });
  return { put: (target, body, signal) => answerOf(put(target, body, signal)) };
}

function httpScheduler(client: ServiceClient): Scheduler {
  const put = createBulkCalls({
    client,
    operation: operations.putDroneDeliveries,
    gained: ({ gain }) => gain,
    alone: (target, body, signal) =>
      client.call(operations.putDroneDelivery, { ...of(target), body }, { signal }).then(bodyOf),
  });
  return {
    put: (target, body, signal) => answerOf(put(target, body, signal)),
    get: (target, signal) => answerOf(client.call(operations.getDroneDelivery, of(target), { signal }).then(bodyOf)),
    release: (target, signal) =>
      answerOf(client.call(operations.releaseDroneDelivery, of(target), { signal }).then(nothing)),
  };
}

function of({ businessId, id }: Target) {
  return { params: { id }, query: { businessId } };
}

function bodyOf<B>({ body }: { readonly body: B }): B {
  return body;
}

function nothing(): undefined {
  return undefined;
}
