import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pickupMs, putBody, replanBody } from './support/bodies.ts';
import {
  businessId,
  type Reply,
  type RunningDelivery,
  runDelivery,
  unreachableBroker,
} from './support/running-delivery.ts';

let delivery: RunningDelivery;
before(async () => {
  delivery = await runDelivery({
    connectionString: unreachableBroker,
  });
});
after(() => delivery[Symbol.asyncDispose]());

function codeOf({ body }: Reply): string {
  return body.type.replace('urn:drone-delivery:problem:', '');
}

let counter = 0;
async function created(changes: Parameters<typeof putBody>[0] = {}): Promise<string> {
  const id = `delivery-${++counter}`;
  const { status } = await delivery.asService('PUT', `/v1/deliveries/${id}`, putBody(changes));
  assert.equal(status, 201);
  return id;
}

const cancel = { stage: 'Cancelled', reason: { code: 'cancelled', text: 'As asked' }, requestId: 'request-9' };

describe('the saga', () => {
  test('creates a delivery once', async () => {
    const body = putBody({ ownerId: 'owner-7' });
    const first = await delivery.asService('PUT', '/v1/deliveries/once', body);
    assert.equal(first.status, 201);
    assert.deepEqual(first.body.owner, { userId: 'owner-7', accountId: businessId });
    assert.equal(first.body.pickupETA, body.pickupTime);
    assert.equal(first.body.planRevision, 1);
    assert.equal((await delivery.asService('PUT', '/v1/deliveries/once', body)).status, 204);
    assert.deepEqual((await delivery.asShipper('GET', '/v1/deliveries/once')).body.stage, 'Created');
  });

  test('creates a hundred at once, each once', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `burst-${index}`);
    const twice = await Promise.all(
      [...names, ...names].map((id) => delivery.asService('PUT', `/v1/deliveries/${id}`, putBody())),
    );
    const statuses = twice.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(100).fill(201), ...Array(100).fill(204)]);
  });

  test('creates many in one call, each for the business that it names and with an outcome of its own', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await delivery.asService('PUT', '/v1/deliveries/bulk-ended/outcome', cancel);
    const item = (id: string, ownerId: string, named = businessId) => {
      return { id, businessId: named, traceparent, body: putBody({ ownerId }) };
    };
    const items = [
      item('bulk-1', 'one'),
      item('bulk-1', 'two', 'other'),
      item('bulk-ended', 'one'),
      item('bulk-2', 'one'),
    ];
    const saga = delivery.caller({ roles: ['service'] });
    const { status, body } = await saga('PUT', '/v1/deliveries', { items });
    assert.equal(status, 200);
    const statuses = ({ results }: { results: { status: number }[] }) => results.map((result) => result.status);
    assert.deepEqual(statuses(body), [201, 201, 409, 201]);
    assert.equal(body.results[2].problem.type, 'urn:drone-delivery:problem:delivery-terminal');
    assert.deepEqual(statuses((await saga('PUT', '/v1/deliveries', { items })).body), [204, 204, 409, 204]);
    const owner = async (of: string) => (await saga('GET', `/v1/deliveries/bulk-1?businessId=${of}`)).body.owner;
    assert.deepEqual(await owner(businessId), { userId: 'one', accountId: businessId });
    assert.deepEqual(await owner('other'), { userId: 'two', accountId: 'other' });
    const { items: history } = (await delivery.asShipper('GET', '/v1/deliveries/bulk-2/history')).body;
    assert.equal(history[0].traceId, '0af7651916cd43dd8448eb211c80319c');
  });

  test('re-plans, and says why it cannot', async () => {
    const id = await created();
    const replanned = await delivery.asService('PATCH', `/v1/deliveries/${id}`, replanBody());
    assert.equal(replanned.status, 200);
    assert.equal(replanned.body.stage, 'Rescheduled');
    assert.equal(replanned.body.dropoff.latitude, 47.7);
    assert.equal(replanned.body.requestSequence, '101');
    const again = await delivery.asService('PATCH', `/v1/deliveries/${id}`, replanBody());
    assert.equal(again.body.planRevision, replanned.body.planRevision);
    const older = replanBody({ requestId: 'request-3', requestSequence: '99' });
    assert.equal(codeOf(await delivery.asService('PATCH', `/v1/deliveries/${id}`, older)), 'plan-superseded');
    assert.equal(codeOf(await delivery.asService('PATCH', '/v1/deliveries/unknown', older)), 'not-found');
    const { items } = (await delivery.asShipper('GET', `/v1/deliveries/${id}/history`)).body;
    assert.deepEqual(
      items.map((event: { kind: string }) => event.kind),
      ['created', 'rescheduled', 'refused'],
    );
    assert.equal(items[2].reason.code, 'plan-superseded');
    assert.equal(items[2].requestId, 'request-3');
  });

  test('cancels, also what was never seen, and refuses the create that comes late', async () => {
    const first = await delivery.asService('PUT', '/v1/deliveries/overtaken/outcome', cancel);
    assert.equal(first.status, 201);
    assert.equal(first.body.owner, null);
    assert.equal((await delivery.asService('PUT', '/v1/deliveries/overtaken/outcome', cancel)).status, 200);
    const late = await delivery.asService('PUT', '/v1/deliveries/overtaken', putBody());
    assert.equal(late.status, 409);
    assert.equal(codeOf(late), 'delivery-terminal');
    const { body } = await delivery.asShipper('GET', '/v1/deliveries/overtaken');
    assert.equal(body.stage, 'Cancelled');
    assert.equal(body.owner.userId, 'owner-1');
    const failed = { ...cancel, stage: 'Failed' };
    const contradicted = await delivery.asService('PUT', '/v1/deliveries/overtaken/outcome', failed);
    assert.equal(codeOf(contradicted), 'delivery-terminal');
  });

  test('records a refusal once', async () => {
    const id = await created();
    const refusal = {
      requestId: 'request-5',
      kind: 'cancel',
      requestSequence: '105',
      reason: { code: 'parcel-on-board', text: 'Too late' },
    };
    for (let time = 0; time < 2; time++) {
      assert.equal((await delivery.asService('POST', `/v1/deliveries/${id}/refusals`, refusal)).status, 204);
    }
    const { items } = (await delivery.asShipper('GET', `/v1/deliveries/${id}/history`)).body;
    assert.deepEqual(
      items.map((event: { kind: string }) => event.kind),
      ['created', 'refused'],
    );
    assert.equal((await delivery.asService('POST', '/v1/deliveries/unknown/refusals', refusal)).status, 404);
  });

  test('leaves its trace in the history', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await delivery.asService('PUT', '/v1/deliveries/traced', putBody(), { traceparent });
    const { items } = (await delivery.asShipper('GET', '/v1/deliveries/traced/history')).body;
    assert.equal(items[0].traceId, '0af7651916cd43dd8448eb211c80319c');
  });
});

describe('readers', () => {
  test('find what is not there yet worth asking again', async () => {
    for (const part of ['', '/status', '/owner', '/history', '/notifications', '/events']) {
      const reply = await delivery.asShipper('GET', `/v1/deliveries/unknown${part}`);
      assert.equal(reply.status, 404, part);
      assert.equal(reply.headers.get('retry-after'), '1', part);
    }
  });

  test('see status and owner', async () => {
    const id = await created();
    const { body: status } = await delivery.asShipper('GET', `/v1/deliveries/${id}/status`);
    assert.equal(status.stage, 'Created');
    assert.equal(status.lastKnownLocation, null);
    assert.equal(status.pickupETA, new Date(pickupMs).toISOString());
    assert.ok(Date.parse(status.deliveryETA) > pickupMs);
    const { body: owner } = await delivery.asShipper('GET', `/v1/deliveries/${id}/owner`);
    assert.deepEqual(owner, { userId: 'owner-1', accountId: businessId });
  });

  test('page through a list', async () => {
    const ownerId = 'owner-of-a-list';
    const expected: string[] = [];
    for (let index = 0; index < 5; index++) expected.unshift(await created({ ownerId }));
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await delivery.asShipper('GET', `/v1/deliveries?limit=2&ownerId=${ownerId}${cursor}`);
      assert.equal(page.status, 200);
      seen.push(...page.body.items.map((item: { id: string }) => item.id));
      cursor = page.body.nextCursor === undefined ? '' : `&cursor=${page.body.nextCursor}`;
      await created({ ownerId });
    } while (cursor !== '');
    assert.deepEqual(seen.toSorted(), expected.toSorted());
    const bad = await delivery.asShipper('GET', '/v1/deliveries?cursor=bm9uc2Vuc2U');
    assert.deepEqual(bad.body.errors[0].path, 'cursor');
  });

  test('count a month', async () => {
    const ownerId = 'owner-of-a-month';
    await created({ ownerId, expedited: true });
    const id = await created({ ownerId });
    await delivery.asService('PUT', `/v1/deliveries/${id}/outcome`, cancel);
    const now = new Date();
    const month = `year=${now.getUTCFullYear()}&month=${now.getUTCMonth() + 1}`;
    const { body } = await delivery.asShipper('GET', `/v1/deliveries/summary?ownerId=${ownerId}&${month}`);
    assert.equal(body.requested, 2);
    assert.equal(body.cancelled, 1);
    assert.equal(body.expedited, 1);
  });

  test('of another business see nothing; operators see all', async () => {
    const id = await created();
    const stranger = delivery.caller({ roles: ['shipper'], businessId: 'stranger' });
    for (const part of ['', '/status', '/owner', '/history', '/notifications', '/events']) {
      assert.equal((await stranger('GET', `/v1/deliveries/${id}${part}`)).status, 404, part);
      const named = await stranger('GET', `/v1/deliveries/${id}${part}?businessId=${businessId}`);
      assert.equal(named.status, 403, part);
    }
    assert.deepEqual((await stranger('GET', '/v1/deliveries')).body.items, []);
    const operator = delivery.caller({ roles: ['operator'] });
    const { items } = (await operator('GET', '/v1/deliveries?limit=200')).body;
    assert.ok(
      items.some((item: { id: string; businessId: string }) => item.id === id && item.businessId === businessId),
    );
    assert.equal((await operator('GET', `/v1/deliveries/${id}?businessId=${businessId}`)).status, 200);
    assert.equal((await operator('GET', `/v1/deliveries/${id}`)).status, 400);
  });
});

describe('bad input', () => {
  const bad = {
    ...putBody(),
    pickup: { latitude: 91, longitude: 0 },
    deadline: '2026-11-21T10:00:00',
    confirmationRequired: 'Handshake',
    parcel: { packageId: 'package-1', size: 'Small', weightKg: 0 },
    surprise: true,
  };

  test('names every wrong field', async () => {
    const { status, body } = await delivery.asService('PUT', '/v1/deliveries/bad', bad);
    assert.equal(status, 400);
    const paths = body.errors.map((error: { path: string }) => error.path).sort();
    assert.deepEqual(paths, [
      '/confirmationRequired',
      '/deadline',
      '/parcel/weightKg',
      '/pickup/latitude',
      '/surprise',
    ]);
  });

  test('of every other kind is a clear problem', async () => {
    const path = '/v1/deliveries/bad';
    const { asService } = delivery;
    assert.equal(codeOf(await asService('PUT', path, '{"a":1')), 'malformed-body');
    assert.equal(codeOf(await asService('PUT', path, '{"a":1,"a":2}')), 'malformed-body');
    assert.equal(codeOf(await asService('PUT', path, '{"__proto__":{}}')), 'malformed-body');
    assert.equal(codeOf(await asService('PUT', path, `{"a":"${'x'.repeat(2_000_000)}"}`)), 'body-too-large');
    const text = { 'content-type': 'text/plain' };
    assert.equal(codeOf(await asService('PUT', path, 'x', text)), 'unsupported-media-type');
    assert.equal((await asService('PUT', `/v1/deliveries/${'x'.repeat(129)}`, putBody())).status, 400);
    assert.equal((await asService('PATCH', path, {})).body.errors.length >= 6, true);
    assert.equal((await asService('PUT', `${path}/outcome`, { ...cancel, stage: 'Completed' })).status, 400);
    assert.equal((await delivery.asShipper('GET', '/v1/deliveries?stage=Flying&limit=0')).body.errors.length, 2);
    assert.equal((await delivery.asShipper('GET', '/v1/deliveries/summary?year=1&month=13')).body.errors.length, 3);
  });

  test('from those who may not is refused', async () => {
    assert.equal((await delivery.asShipper('PUT', '/v1/deliveries/x', putBody())).status, 403);
    const nobody = await fetch(`${delivery.urls[0]}/v1/deliveries/x`);
    assert.equal(nobody.status, 401);
  });
});
