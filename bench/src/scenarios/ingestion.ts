import { ServiceBusClient } from '@azure/service-bus';
import { ApiClient } from '@dronedelivery/local/api-client';
import { startBenchSystem } from '../bench-system.ts';
import { postDeliveryRequests } from '../delivery-load.ts';
import { type LoadResult, median } from '../load.ts';
import { startPeer } from '../peers/start-peer.ts';
import { print } from '../report.ts';
import { sendSingly } from './broker.ts';

const rounds = 3;
const requests = 4_000;
const concurrency = 64;
/** Nobody takes anything off the queue. */
const unbounded = { WAITING_MAX: '1000000', WAITING_PER_BUSINESS_MAX: '1000000' } as const;

/** Ingestion against the smaller of a bare route with the same schema and bare sends to the same broker. */
export async function ingestionScenario(): Promise<void> {
  const only = ['broker', 'account', 'ingestion', 'edge'] as const;
  await using system = await startBenchSystem({}, { only, settings: { ingestion: unbounded } });
  await using bare = await startPeer('bare-route');
  const client = new ServiceBusClient(system.connectionString);
  const { edgeUrl, services, demo } = system.info;
  const token = await new ApiClient(edgeUrl, demo).token();
  const load = (url: string) => postDeliveryRequests(url, token, { count: requests, concurrency });
  const results = { bare: [] as number[], sends: [] as number[], ingestion: [] as number[], edge: [] as number[] };
  // The first requests run in the interpreter; no service runs so short that this matters.
  for (const url of [bare.url, services.ingestion?.url ?? '', edgeUrl]) await load(url);
  for (let round = 0; round < rounds; round++) {
    results.bare.push((await load(bare.url)).perSecond);
    results.sends.push(await sendSingly(client, `round-${round}`, requests));
    results.ingestion.push(accepted(await load(services.ingestion?.url ?? '')));
    results.edge.push(accepted(await load(edgeUrl)));
  }
  await client.close();
  const limitValue = Math.min(median(results.bare), median(results.sends));
  const limit = { name: 'the smaller of both', value: limitValue };
  print(`Ingestion (${concurrency} connections, median of ${rounds})`, [
    { name: 'bare Fastify route, same schema', value: median(results.bare), unit: '/s' },
    { name: 'bare SDK sends', value: median(results.sends), unit: '/s' },
    { name: 'ingestion', value: median(results.ingestion), unit: '/s', limit },
    { name: 'ingestion through the edge', value: median(results.edge), unit: '/s', limit },
  ]);
}

function accepted({ perSecond, statuses }: LoadResult): number {
  if (statuses[202] !== requests) throw new Error(`Not all requests were accepted: ${JSON.stringify(statuses)}`);
  return perSecond;
}
