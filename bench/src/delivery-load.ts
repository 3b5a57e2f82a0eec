import type { Drone, DroneState } from '@dronedelivery/contracts';
import type { ApiClient, Page } from '@dronedelivery/local/api-client';
import { type Load, type LoadResult, runLoad } from './load.ts';
import { deliveryRequestBody } from './requests.ts';

/** Posts distinct delivery requests to ingestion, or to what stands before it. */
export function postDeliveryRequests(
  url: string,
  token: string,
  load: Pick<Load, 'count' | 'concurrency' | 'onAnswer'>,
): Promise<LoadResult> {
  return runLoad({
    url,
    method: 'POST',
    path: '/v1/deliveryrequests',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: deliveryRequestBody,
    ...load,
  });
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
