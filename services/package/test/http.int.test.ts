import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Package, Problem } from '@dronedelivery/contracts';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { FakeClock, startTokenIssuer, type TestTokenIssuer, tempFolder } from '@dronedelivery/testing';
import { readPackageConfig } from '../src/config.ts';
import { createPackageService } from '../src/service.ts';

const resources = new AsyncDisposableStack();
const november = Date.UTC(2026, 10, 30, 23, 59, 59);
const clock = new FakeClock(november);
let issuer: TestTokenIssuer;
let service: Service;
let shipper: string;
let saga: string;

before(async () => {
  issuer = resources.use(await startTokenIssuer());
  const folder = resources.use(await tempFolder());
  const config = readPackageConfig({
    DATA_DIR: folder.path,
    TOKEN_ISSUER: issuer.issuer,
    JWKS_URL: issuer.jwksUrl,
  });
  // Tokens are verified by the real time; only what is stored takes the test's.
  service = resources.use(await createPackageService(config, { clock, logger: silentLogger }));
  shipper = issuer.shipper('shop');
  saga = issuer.service('workflow');
});
after(() => resources.disposeAsync());

async function call<T>(method: string, path: string, authorization: string, body?: unknown) {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const headers = { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(`${service.url}${path}`, { method, headers, ...content });
  return { status: answer.status, body: (await answer.json()) as T };
}

async function refusal(...request: Parameters<typeof call>): Promise<[number, string]> {
  const { status, body } = await call<Problem>(...request);
  return [status, body.type.replace('urn:drone-delivery:problem:', '')];
}

const parcel = { size: 'Small', weight: 2.5, tag: 'books' };

test('a business puts, reads and changes its packages', async () => {
  const put = await call<Package>('PUT', '/v1/packages/own', shipper, parcel);
  assert.equal(put.status, 201);
  assert.deepEqual(put.body, {
    id: 'own',
    ownerId: 'owner-1',
    size: 'Small',
    weight: 2.5,
    tag: 'books',
    fixed: false,
    createdAt: '2026-11-30T23:59:59.000Z',
    updatedAt: '2026-11-30T23:59:59.000Z',
  });
  const replaced = await call<Package>('PUT', '/v1/packages/own', shipper, { size: 'Large', weight: 9 });
  assert.deepEqual([replaced.status, replaced.body.tag], [200, null]);
  const patched = await call<Package>('PATCH', '/v1/packages/own', shipper, { weight: 8 });
  assert.deepEqual([patched.status, patched.body.size, patched.body.weight], [200, 'Large', 8]);
  assert.deepEqual((await call('GET', '/v1/packages/own', shipper)).body, patched.body);
});

test('the saga fixes size and weight, and may repeat itself', async () => {
  const body = { ...parcel, ownerId: 'owner-2', deliveryId: 'delivery-1' };
  const path = '/v1/packages/shipped';
  assert.equal((await call('PUT', `${path}?businessId=shop`, saga, body)).status, 201);
  assert.equal((await call('PUT', `${path}?businessId=shop`, saga, body)).status, 200);
  assert.equal((await call('PUT', path, shipper, parcel)).status, 200);
  assert.equal((await call('PATCH', path, shipper, { weight: 2.5, tag: 'toys' })).status, 200);
  assert.deepEqual(await refusal('PATCH', path, shipper, { weight: 3 }), [409, 'package-fixed']);
  assert.deepEqual(await refusal('PUT', path, shipper, { ...parcel, size: 'Large' }), [409, 'package-fixed']);
  const heavier = { ...body, weight: 3, deliveryId: 'delivery-2' };
  assert.deepEqual(await refusal('PUT', `${path}?businessId=shop`, saga, heavier), [409, 'package-fixed']);
});

test('the saga puts many in one call, each for the business that it names and with an outcome of its own', async () => {
  const item = (id: string, businessId: string, weight: number) => {
    return { id, businessId, body: { size: 'Small', weight, ownerId: 'owner-9', deliveryId: `of-${id}` } };
  };
  const items = [item('many-1', 'shop', 1), item('many-1', 'other', 2), item('many-1', 'shop', 3)];
  const { status, body } = await call<{ results: { status: number; problem?: Problem }[] }>(
    'PUT',
    '/v1/packages',
    saga,
    { items },
  );
  assert.equal(status, 200);
  assert.deepEqual(
    body.results.map((result) => result.status),
    [201, 201, 409],
  );
  assert.equal(body.results[2]?.problem?.type, 'urn:drone-delivery:problem:package-fixed');
  const weight = async (of: string) =>
    (await call<Package>('GET', `/v1/packages/many-1?businessId=${of}`, saga)).body.weight;
  assert.deepEqual([await weight('shop'), await weight('other')], [1, 2]);
  assert.deepEqual(await refusal('PUT', '/v1/packages', shipper, { items }), [403, 'forbidden']);
});

test('a month is that of UTC, and counts each delivery once', async () => {
  const put = (id: string, delivery: string, weight: number) =>
    call('PUT', `/v1/packages/${id}?businessId=shop`, saga, {
      size: 'Medium',
      weight,
      ownerId: 'owner-3',
      deliveryId: delivery,
    });
  clock.jump(november);
  await put('m-1', 'delivery-1', 0.1);
  await put('m-1', 'delivery-1', 0.1);
  await put('m-2', 'delivery-2', 0.2);
  clock.jump(november + 1000);
  await put('m-3', 'delivery-3', 4);
  await put('m-1', 'delivery-1', 0.1);
  const of = async (month: number) =>
    (await call('GET', `/v1/packages/summary/owner-3?year=2026&month=${month}`, shipper)).body;
  const owner = { ownerId: 'owner-3', year: 2026 };
  const small = { bySize: { Small: 0, Medium: 2, Large: 0 }, packages: 2, totalWeight: 0.3 };
  assert.deepEqual(await of(11), { ...owner, month: 11, ...small });
  assert.deepEqual(await of(12), {
    ...owner,
    month: 12,
    bySize: { Small: 0, Medium: 1, Large: 0 },
    packages: 1,
    totalWeight: 4,
  });
});

test('others see nothing and may not play the saga', async () => {
  await call('PUT', '/v1/packages/secret', shipper, parcel);
  const stranger = issuer.shipper('stranger');
  assert.deepEqual(await refusal('GET', '/v1/packages/secret', stranger), [404, 'not-found']);
  assert.deepEqual(await refusal('PATCH', '/v1/packages/secret', stranger, { weight: 1 }), [404, 'not-found']);
  assert.deepEqual(await refusal('GET', '/v1/packages/secret?businessId=shop', stranger), [403, 'forbidden']);
  assert.equal((await call('GET', '/v1/packages/secret?businessId=shop', issuer.operator())).status, 200);
  const asSaga = { ...parcel, deliveryId: 'delivery-1' };
  assert.deepEqual(await refusal('PUT', '/v1/packages/secret', shipper, asSaga), [403, 'forbidden']);
  assert.equal((await call('PUT', '/v1/packages/secret', issuer.operator(), parcel)).status, 403);
});

test('bad input is named, every field of it', async () => {
  const bad = { size: 'Huge', weight: 0, tag: 'x'.repeat(257), surprise: 1 };
  const { status, body } = await call<Problem>('PUT', '/v1/packages/bad', shipper, bad);
  assert.equal(status, 400);
  assert.deepEqual(body.errors?.map(({ path }) => path).sort(), ['/size', '/surprise', '/tag', '/weight']);
  assert.deepEqual(await refusal('PATCH', '/v1/packages/bad', shipper, {}), [400, 'validation-failed']);
  assert.deepEqual(await refusal('PATCH', '/v1/packages/bad', shipper, { tag: 'x' }), [404, 'not-found']);
  assert.deepEqual(await refusal('PUT', '/v1/packages/bad', shipper, '{"size":'), [400, 'malformed-body']);
  assert.deepEqual(await refusal('PUT', '/v1/packages/b%20d', shipper, parcel), [400, 'validation-failed']);
  const summary = await call<Problem>('GET', '/v1/packages/summary/owner-1?year=1999&month=0', shipper);
  assert.deepEqual(summary.body.errors?.map(({ path }) => path).sort(), ['month', 'year']);
});
