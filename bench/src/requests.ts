import { demoRequest } from '@dronedelivery/local/demo-request';
import type { RawAnswer } from './raw-connection.ts';

/** The n-th of distinct delivery requests, the same in every run, as it goes over the wire. */
export function deliveryRequest({ host }: URL, token: string, n: number): Buffer {
  const body = deliveryRequestBody(n);
  const head = [
    'POST /v1/deliveryrequests HTTP/1.1',
    `host: ${host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
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
