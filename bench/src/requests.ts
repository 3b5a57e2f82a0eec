import { demoRequest } from '@dronedelivery/local/demo-request';
import { type RawAnswer, rawRequest } from './raw-connection.ts';

/** The n-th of distinct delivery requests, the same in every run. */
export function deliveryRequest(url: URL, token: string, n: number): Buffer {
  const head = [
    'POST /v1/deliveryrequests HTTP/1.1',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
  ];
  return rawRequest(url, head, deliveryRequestBody(n));
}

export function deliveryIdOf(answer: RawAnswer): string | undefined {
  return answer.header('location')?.split('/').at(-1);
}

export function deliveryRequestBody(n: number): string {
  let state = n + 1;
  const random = () => {
    // Park and Miller's minimal standard generator: any cheap seeded spread of places will do.
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return JSON.stringify(demoRequest(Date.now(), random));
}
