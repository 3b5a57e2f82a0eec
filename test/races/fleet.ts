import assert from 'node:assert/strict';
import type { Drone, DroneDelivery } from '@dronedelivery/contracts';
import type { Page } from '@dronedelivery/local/api-client';
import { eventually } from '@dronedelivery/testing';
import { request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import type { TestSystem } from '../support/test-system.ts';
import { startUnrulyNews } from '../support/unruly-news.ts';
import { endingAs, pickupTimeIn } from './delivery-plans.ts';
import type { RaceTest } from './race-suite.ts';

const requests = 20;
const handOvers = 3;
/** Nothing smaller carries it. */
const largeParcel = { size: 'Large', weight: 30 } as const;
const largestModel = 'lifter-50';
const quickly = { timeoutMs: 30_000, intervalMs: 30 } as const;

/** Drones that everybody wants, and their news, which come in any order. */
export function fleetRaces(race: RaceTest): void {
  race('20 requests for one drone over two replicas of the scheduler: one at a time has it', async (ground) => {
    const { running, struck } = ground;
    const { customer } = running;
    const only = await leaveOneOf(running, largestModel);
    struck();
    const body = validationRequest({ pickupTime: pickupTimeIn(60_000), packageInfo: largeParcel });
    const ids = await Promise.all(Array.from({ length: requests }, () => request(customer, body)));
    for (const id of ids) await until(customer, id, 'its record', () => true);
    const served = new Set<string>();
    for (let turn = 0; turn < handOvers; turn++) {
      const holder = await holderOf(running, only.droneId, (id) => ids.includes(id) && !served.has(id));
      served.add(holder);
      await cancelAll(running, [holder]);
    }
    await cancelAll(
      running,
      ids.filter((id) => !served.has(id)),
    );
    await only[Symbol.asyncDispose]();
    return endingAs('Cancelled', ids);
  });

  race('mission events out of order, doubled and missing: every delivery is completed', async ({ running, struck }) => {
    const { customer } = running;
    const news = await startUnrulyNews(running, 31);
    const ids = await Promise.all(Array.from({ length: 10 }, () => request(customer, validationRequest())));
    for (const id of ids) await untilStage(customer, id, ['HeadedToDropoff', 'Completed']);
    struck();
    for (const id of ids) await untilStage(customer, id, ['Completed']);
    await news[Symbol.asyncDispose]();
    console.log('mission events:', news.counts);
    for (const [treatment, count] of Object.entries(news.counts)) assert.ok(count > 0, treatment);
    return endingAs('Completed', ids);
  });
}

/** Takes all drones of a model but one out of service, until disposed of. */
async function leaveOneOf({ operator }: TestSystem, modelId: string) {
  const { body } = await operator.request<Page<Drone>>('GET', '/v1/drones?limit=200');
  const [only, ...others] = body.items.filter((drone) => drone.modelId === modelId);
  assert.ok(only, `no drone is a ${modelId}`);
  const set = async (state: 'InService' | 'OutOfService') => {
    for (const { droneId } of others) {
      const isSet = async () => (await operator.request('PATCH', `/v1/drones/${droneId}`, { state })).status === 200;
      await eventually(isSet, { ...quickly, what: `${droneId} ${state}` });
    }
  };
  await set('OutOfService');
  return { droneId: only.droneId, [Symbol.asyncDispose]: () => set('InService') };
}

/** Whose drone it is, at every look at most one's. */
function holderOf({ operator }: TestSystem, droneId: string, isWanted: (id: string) => boolean): Promise<string> {
  let shared: readonly string[] = [];
  const look = async () => {
    const { body } = await operator.request<Page<DroneDelivery>>(
      'GET',
      `/v1/dronedeliveries?droneId=${droneId}&limit=200`,
    );
    const holders = body.items.filter(({ state }) => isHolding(state));
    if (holders.length > 1) shared = holders.map(({ deliveryId }) => deliveryId);
    assert.deepEqual(shared, []);
    return holders.map(({ deliveryId }) => deliveryId).find(isWanted);
  };
  return eventually(look, { ...quickly, what: `the next delivery of ${droneId}` });
}

function isHolding(state: DroneDelivery['state']): boolean {
  return !['Deferred', 'Waiting', 'Delivered', 'Failed', 'Released'].includes(state);
}

async function cancelAll({ customer }: TestSystem, ids: readonly string[]): Promise<void> {
  for (const id of ids) assert.equal((await customer.request('DELETE', `/v1/deliveryrequests/${id}`)).status, 202);
  for (const id of ids) await untilStage(customer, id, ['Cancelled']);
}
