import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DroneDelivery, operations } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { createHttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { eventually, startTokenIssuer } from '@dronedelivery/testing';
import { putBody } from './support/bodies.ts';
import { type RunningDelivery, runDelivery, unreachableBroker } from './support/running-delivery.ts';

const resources = new AsyncDisposableStack();
let delivery: RunningDelivery;
let known: Map<string, DroneDelivery>;
let asked: string[];

before(async () => {
  const issuer = resources.use(await startTokenIssuer());
  const verifier = createTokenVerifier({ ...issuer, audience: 'drone-delivery' });
  const server = createHttpServer({
    name: 'stand-in',
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    verifier,
  });
  resources.use(server);
  registerOperation(server, operations.getDroneDelivery, async (request) => {
    asked.push(request.params.id);
    const record = known.get(request.params.id);
    if (record === undefined) throw new AppError('not-found');
    return { status: 200, body: record };
  });
  known = new Map();
  asked = [];
  const droneSchedulerUrl = await server.listen();
  const config = { silenceMs: 150, tokenUrl: issuer.tokenUrl };
  delivery = resources.use(await runDelivery({ connectionString: unreachableBroker, droneSchedulerUrl, config }));
});
after(() => resources.disposeAsync());

function record(deliveryId: string, changes: Partial<DroneDelivery>): DroneDelivery {
  const at = new Date().toISOString();
  return {
    businessId: 'shop',
    deliveryId,
    ownerId: 'owner-1',
    state: 'Assigned',
    sequence: 1,
    revision: 1,
    requestSequence: '100',
    missionId: 'mission-1',
    droneId: 'drone-1',
    location: null,
    pickupEta: at,
    deliveryEta: at,
    departedAt: null,
    pickedUpAt: null,
    deliveredAt: null,
    assignAt: null,
    reason: null,
    updatedAt: at,
    ...changes,
  };
}

test('a silent mission is asked about, and what was missed is caught up with', async () => {
  const past = new Date(Date.now() - 60_000).toISOString();
  const pickupTime = { pickupTime: past };
  await delivery.asService('PUT', '/v1/deliveries/silent', putBody(pickupTime));
  const read = async () => (await delivery.asShipper('GET', '/v1/deliveries/silent')).body;

  await eventually(() => asked.includes('silent'));
  assert.equal((await read()).stage, 'Created');

  known.set('silent', record('silent', { state: 'EnRouteToDropoff', sequence: 3, departedAt: past, pickedUpAt: past }));
  await eventually(async () => (await read()).stage === 'HeadedToDropoff');
  assert.equal((await read()).pickedUpAt, past);

  known.set('silent', record('silent', { state: 'Delivered', sequence: 4, pickedUpAt: past, deliveredAt: past }));
  await eventually(async () => (await read()).stage === 'Completed');
  const { items } = (await delivery.asShipper('GET', '/v1/deliveries/silent/history')).body;
  assert.deepEqual(
    items.map(({ kind }: { kind: string }) => kind),
    ['created', 'assigned', 'departed', 'picked-up', 'delivered', 'completed'],
  );
});

test('a delivery whose pickup lies ahead is not asked about', async () => {
  await delivery.asService('PUT', '/v1/deliveries/ahead', putBody());
  await delivery.asService('PUT', '/v1/deliveries/silent-too', putBody({ pickupTime: new Date().toISOString() }));
  await eventually(() => asked.includes('silent-too'));
  assert.equal(asked.includes('ahead'), false);
});
