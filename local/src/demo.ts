import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { DeliveryRequestAccepted, DeliveryStatusEvent } from '@dronedelivery/contracts';
import { ApiClient } from './api-client.ts';
import { defaults } from './arguments.ts';
import { demoRequest } from './demo-request.ts';
import { readLocalInfo } from './local-info.ts';

const recordLimitMs = 30_000;
const finalStages: readonly string[] = ['Completed', 'Cancelled', 'Failed'];

try {
  const { values } = parseArgs({ options: { data: { type: 'string', default: defaults.dataDir } } });
  const info = readLocalInfo(path.resolve(values.data));
  process.exitCode = await requestAndFollow(new ApiClient(info.edgeUrl, info.demo));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function requestAndFollow(client: ApiClient): Promise<number> {
  const ask = demoRequest(Date.now(), Math.random);
  const answer = await client.request<DeliveryRequestAccepted>('POST', '/v1/deliveryrequests', ask);
  if (answer.status !== 202) throw new Error(`The request was not accepted: ${JSON.stringify(answer.body)}`);
  const id = answer.body.deliveryId;
  console.log(`Accepted: delivery ${id}`);
  await untilRecorded(client, id);
  let stage = '';
  // A stream ends with the token that opened it, at the latest.
  while (!finalStages.includes(stage)) stage = await follow(client, id, stage);
  console.log(stage === 'Completed' ? '\nDelivered.' : `\nThe delivery ended as ${stage}.`);
  return stage === 'Completed' ? 0 : 1;
}

async function follow(client: ApiClient, id: string, before: string): Promise<string> {
  let stage = before;
  for await (const { event, data } of client.watch(`/v1/deliveries/${id}/events`, new AbortController().signal)) {
    if (event !== 'status') continue;
    const status = data as DeliveryStatusEvent;
    if (status.stage !== stage)
      console.log(`\n== ${status.stage}${status.droneId ? ` (drone ${status.droneId})` : ''}`);
    stage = status.stage;
    console.log(line(status));
  }
  return stage;
}

/** The request lies on the queue first: until it was taken from there the delivery is not found. */
async function untilRecorded(client: ApiClient, id: string): Promise<void> {
  const deadline = Date.now() + recordLimitMs;
  for (;;) {
    const answer = await client.request('GET', `/v1/deliveries/${id}`);
    if (answer.status === 200) return;
    if (Date.now() > deadline) throw new Error(`The delivery was not recorded within ${recordLimitMs / 1000} s.`);
    await delay(Number(answer.headers.get('retry-after') ?? 1) * 1000);
  }
}

function line({ lastKnownLocation: at, pickupETA, deliveryETA, stage }: DeliveryStatusEvent): string {
  const place = at === null ? 'no position yet' : `${at.latitude.toFixed(5)}, ${at.longitude.toFixed(5)}`;
  const eta = stage === 'HeadedToDropoff' || pickupETA === null ? deliveryETA : pickupETA;
  const what = stage === 'HeadedToDropoff' ? 'drop-off' : 'pickup';
  return `   ${place.padEnd(24)} ${eta === null ? '' : `${what} in ${seconds(eta)}`}  delivery in ${seconds(deliveryETA)}`;
}

function seconds(instant: string | null): string {
  return instant === null ? '?' : `${Math.max(0, (Date.parse(instant) - Date.now()) / 1000).toFixed(0)} s`;
}
