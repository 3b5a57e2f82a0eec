import { operations } from '@dronedelivery/contracts';
import type { ServiceClient } from '@dronedelivery/service-kit/http-client';
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
  return {
    put: (target, body, signal) =>
      answerOf(
        client
          .call(operations.putDelivery, { ...of(target), body }, { signal })
          .then(({ status }) => ({ created: status === 201 })),
      ),
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
  return {
    put: (target, body, signal) =>
      answerOf(client.call(operations.putPackage, { ...of(target), body }, { signal }).then(nothing)),
  };
}

function httpScheduler(client: ServiceClient): Scheduler {
  return {
    put: (target, body, signal) =>
      answerOf(client.call(operations.putDroneDelivery, { ...of(target), body }, { signal }).then(bodyOf)),
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
