import type { Drone, DroneState } from '@dronedelivery/contracts';
import type { ApiClient, Page } from '@dronedelivery/local/api-client';
import { type Load, type LoadResult, runLoad } from './load.ts';
import { deliveryRequest } from './requests.ts';

export interface DeliveryLoad extends Pick<Load, 'concurrency' | 'onAnswer'> {
  readonly count: number;
}

/** Posts distinct delivery requests to ingestion, or to what stands before it. */
export function postDeliveryRequests(
  url: string,
  token: string,
  { count, ...load }: DeliveryLoad,
): Promise<LoadResult> {
  const target = new URL(url);
  const requests = Array.from({ length: count }, (_, n) => deliveryRequest(target, token, n));
  return runLoad({ url, requests, ...load });
}

export async function countDrones(operator: ApiClient, state: DroneState): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await operator.request<Page<Drone>>('GET', `/v1/drones?state=${state}&limit=200${more}`);
    count += body.items.length;
    cursor = body.nextCursor;
  } while (cursor !== undefined);
  return count;
}
