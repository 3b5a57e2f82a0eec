import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, tempFolder } from '@dronedelivery/testing';
import { putBody } from './support/bodies.ts';
import { type RunningDelivery, runDelivery, unreachableBroker } from './support/running-delivery.ts';
import { openTestDatabase } from './support/stores.ts';

const resources = new AsyncDisposableStack();
let delivery: RunningDelivery;
let countInFlight: () => number;

before(async () => {
  const folder = resources.use(await tempFolder());
  const config = { lingerMs: 0, dataDir: folder.path };
  delivery = resources.use(await runDelivery({ connectionString: unreachableBroker, config, replicas: 2 }));
  const database = resources.use(await openTestDatabase(folder.path));
  countInFlight = () => Number(database.read((sql) => sql.get('SELECT count(*) AS n FROM in_flight'))?.n);
});
after(() => resources.disposeAsync());

const cancel = { stage: 'Cancelled', reason: { code: 'cancelled', text: 'As asked' }, requestId: 'request-9' };
const gone = () => eventually(() => countInFlight() === 0, { what: 'nothing in flight' });

test('what has ended moves to the history and reads the same from there', async () => {
  const { asService, asShipper } = delivery;
  await asService('PUT', '/v1/deliveries/moved', putBody({ ownerId: 'owner-of-one' }));
  const email = { emailAddress: 'a@example.com' };
  await asShipper('POST', '/v1/deliveries/moved/notifymerequests', email);
  const { body: ended } = await asService('PUT', '/v1/deliveries/moved/outcome', cancel);
  await gone();
  assert.deepEqual((await asShipper('GET', '/v1/deliveries/moved')).body, ended);
  assert.equal((await asShipper('GET', '/v1/deliveries/moved/status')).body.stage, 'Cancelled');
  const { items } = (await asShipper('GET', '/v1/deliveries/moved/history')).body;
  assert.deepEqual(
    items.map(({ kind }: { kind: string }) => kind),
    ['created', 'notification-requested', 'cancelled'],
  );
  const [told] = (await asShipper('GET', '/v1/deliveries/moved/notifications')).body.items;
  assert.equal(told.state, 'Sent');
  const list = (await asShipper('GET', '/v1/deliveries?ownerId=owner-of-one')).body.items;
  assert.deepEqual(list, [{ businessId: 'shop', ...ended }]);
  const now = new Date();
  const month = `year=${now.getUTCFullYear()}&month=${now.getUTCMonth() + 1}`;
  const { body: summary } = await asShipper('GET', `/v1/deliveries/summary?ownerId=owner-of-one&${month}`);
  assert.deepEqual([summary.requested, summary.cancelled], [1, 1]);
});

test('a late command finds it there, changes it, and lets it go again', async () => {
  const { asService, asShipper } = delivery;
  await asService('PUT', '/v1/deliveries/late/outcome', cancel);
  await gone();
  assert.equal((await asService('PUT', '/v1/deliveries/late/outcome', cancel)).status, 200);
  const create = await asService('PUT', '/v1/deliveries/late', putBody());
  assert.equal(create.body.type, 'urn:drone-delivery:problem:delivery-terminal');
  const refusal = {
    requestId: 'request-5',
    kind: 'reschedule',
    requestSequence: '105',
    reason: { code: 'delivery-terminal', text: 'Too late' },
  };
  assert.equal((await asService('POST', '/v1/deliveries/late/refusals', refusal)).status, 204);
  await gone();
  assert.equal((await asShipper('GET', '/v1/deliveries/late')).body.owner.userId, 'owner-1');
  const { items } = (await asShipper('GET', '/v1/deliveries/late/history')).body;
  assert.deepEqual(
    items.map(({ kind, sequence }: { kind: string; sequence: number }) => [sequence, kind]),
    [
      [1, 'cancelled'],
      [2, 'details-received'],
      [3, 'refused'],
    ],
  );
});

test('the replicas create a delivery once, and end it once', async () => {
  const callers = delivery.urls.map((url) => delivery.caller({ roles: ['service'] }, url));
  const names = Array.from({ length: 30 }, (_, index) => `raced-${index}`);
  const everywhere = (body: unknown, part = '') =>
    Promise.all(
      names.flatMap((id) =>
        callers.map(async (call) => (await call('PUT', `/v1/deliveries/${id}${part}?businessId=shop`, body)).status),
      ),
    );
  const created = await everywhere(putBody());
  assert.deepEqual(
    [created.filter((status) => status === 201).length, created.filter((status) => status === 204).length],
    [30, 30],
  );
  const ended = await everywhere(cancel, '/outcome');
  assert.ok(ended.every((status) => status === 200));
  await gone();
  for (const id of names) {
    const { items } = (await delivery.asShipper('GET', `/v1/deliveries/${id}/history`)).body;
    assert.equal(items.length, 2);
  }
});
