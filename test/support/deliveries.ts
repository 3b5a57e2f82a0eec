import assert from 'node:assert/strict';
import type {
  CreateDeliveryRequest,
  Delivery,
  DeliveryRequestAccepted,
  DeliveryStage,
  TrackingEvent,
} from '@dronedelivery/contracts';
import type { ApiClient, Page } from '@dronedelivery/local/api-client';
import { eventually } from '@dronedelivery/testing';

const intervalMs = 100;
export const finalStages: readonly DeliveryStage[] = ['Completed', 'Cancelled', 'Failed'];

/** The published validation request, with coordinates for its locations. */
export function validationRequest(overrides: Partial<CreateDeliveryRequest> = {}): CreateDeliveryRequest {
  return {
    confirmationRequired: 'None',
    deadline: '',
    dropOffLocation: { latitude: 47.6205, longitude: -122.3493, altitude: 0 },
    expedited: true,
    ownerId: 'myowner',
    packageInfo: { packageId: 'mypackage', size: 'Small', tag: 'mytag', weight: 10 },
    pickupLocation: '47.6097,-122.3331',
    pickupTime: new Date().toISOString(),
    ...overrides,
  };
}

export async function request(client: ApiClient, body: CreateDeliveryRequest, headers?: Record<string, string>) {
  const answer = await client.request<DeliveryRequestAccepted>('POST', '/v1/deliveryrequests', body, headers);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return answer.body.deliveryId;
}

/** Polls until the delivery is in one of the stages; fails with its history when that takes too long. */
export async function untilStage(
  client: ApiClient,
  id: string,
  stages: readonly DeliveryStage[],
  timeoutMs = 60_000,
): Promise<Delivery> {
  const what = stages.join(' or ');
  return until(client, id, what, (delivery) => stages.includes(delivery.stage), timeoutMs);
}

export async function until(
  client: ApiClient,
  id: string,
  what: string,
  condition: (delivery: Delivery) => boolean,
  timeoutMs = 60_000,
): Promise<Delivery> {
  let last: unknown = 'no answer yet';
  const poll = async () => {
    const answer = await client.request<Delivery>('GET', `/v1/deliveries/${id}`);
    last = answer.body;
    return answer.status === 200 && condition(answer.body) ? answer.body : undefined;
  };
  return eventually(poll, { timeoutMs, intervalMs, what }).catch(async (error: Error) => {
    const told = await client.request('GET', `/v1/deliveries/${id}/history`);
    throw new Error(`${id}: ${error.message}: ${JSON.stringify(last)} ${JSON.stringify(told.body, null, 1)}`);
  });
}

export async function history(client: ApiClient, id: string): Promise<readonly TrackingEvent[]> {
  const answer = await client.request<Page<TrackingEvent>>('GET', `/v1/deliveries/${id}/history?limit=200`);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.items;
}
