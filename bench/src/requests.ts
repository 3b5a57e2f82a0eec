import { demoRequest } from '@dronedelivery/local/demo-request';

/** Bodies of distinct delivery requests, the same in every run. */
export function deliveryRequestBody(n: number): string {
  let state = n + 1;
  const random = () => {
    // Park and Miller's minimal standard generator: any cheap seeded spread of places will do.
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  return JSON.stringify(demoRequest(Date.now(), random));
}
