import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { startPortal } from './portal-fixture.ts';

const november = '/v1/invoices/u1?year=2026&month=11';
const problem = (code: string) => `urn:drone-delivery:problem:${code}`;

async function problemOf(response: Response) {
  const { type, detail, errors } = (await response.json()) as {
    type: string;
    detail: string;
    errors?: { path: string }[];
  };
  return { type, detail, fields: errors?.map(({ path }) => path).sort() };
}

test('an invoice gathers three services, asked at once and in the name of the caller', async () => {
  const all = Promise.withResolvers<void>();
  let waiting = 0;
  // Nobody answers before everybody was asked: a portal that asked in turn would never end.
  const meet = async () => {
    if (++waiting === 3) all.resolve();
    await all.promise;
  };
  await using portal = await startPortal({ faults: { delivery: meet, package: meet, 'drone-scheduler': meet } });
  const authorization = portal.issuer.shipper('b1');
  const response = await portal.get(november, { authorization });
  assert.equal(response.status, 200);
  const invoice = (await response.json()) as { total: number; currency: string; lines: { amount: number }[] };
  assert.deepEqual(
    invoice.lines.map(({ amount }) => amount),
    [13.5, 2, 3, 15],
  );
  assert.equal(invoice.total, 33.5);
  assert.equal(invoice.currency, 'USD');
  assert.equal(portal.seen.length, 3);
  for (const call of portal.seen) {
    assert.equal(call.authorization, authorization);
    assert.deepEqual({ ...call.query }, { businessId: 'b1', ownerId: 'u1', year: 2026, month: 11 });
  }
});

test('the tariff comes from settings', async () => {
  await using portal = await startPortal({
    settings: { CURRENCY: 'EUR', PRICE_PER_MILE: '1', PRICE_PER_DELIVERY: '0' },
  });
  const response = await portal.get(november, { authorization: portal.issuer.shipper('b1') });
  const { total, currency } = (await response.json()) as { total: number; currency: string };
  assert.deepEqual([total, currency], [25, 'EUR']);
});

test('an operator names the business; nobody else may name another', async () => {
  await using portal = await startPortal();
  const authorization = portal.issuer.operator();
  assert.equal((await portal.get(`${november}&businessId=b9`, { authorization })).status, 200);
  assert.ok(portal.seen.every(({ query }) => (query as { businessId: string }).businessId === 'b9'));
  const unnamed = await portal.get(november, { authorization });
  assert.deepEqual([unnamed.status, (await problemOf(unnamed)).fields], [400, ['businessId']]);
  assert.equal(
    (await portal.get(`${november}&businessId=b9`, { authorization: portal.issuer.shipper('b1') })).status,
    403,
  );
  assert.equal(portal.seen.length, 3);
});

test('the token is checked before anybody is asked', async () => {
  await using portal = await startPortal();
  assert.equal((await portal.get(november)).status, 401);
  assert.equal((await portal.get(november, { authorization: 'Bearer x' })).status, 401);
  assert.equal((await portal.get(november, { authorization: portal.issuer.service('workflow') })).status, 403);
  assert.equal(portal.seen.length, 0);
});

test('every wrong field is named', async () => {
  await using portal = await startPortal();
  const authorization = portal.issuer.shipper('b1');
  const wrong = await portal.get('/v1/invoices/-?year=1&month=13&x=1', { authorization });
  assert.deepEqual([wrong.status, (await problemOf(wrong)).fields], [400, ['month', 'ownerId', 'x', 'year']]);
  const missing = await portal.get('/v1/invoices/u1', { authorization });
  assert.deepEqual([missing.status, (await problemOf(missing)).fields], [400, ['month', 'year']]);
});

test('a service that hangs is 504 and named', async () => {
  const hang = () => new Promise<void>(() => undefined);
  await using portal = await startPortal({
    faults: { 'drone-scheduler': hang },
    settings: { CALL_TIMEOUT_MS: '10000', INVOICE_TIMEOUT_MS: '200' },
  });
  const startedAt = performance.now();
  const late = await portal.get(november, { authorization: portal.issuer.shipper('b1') });
  assert.ok(performance.now() - startedAt < 9000);
  assert.equal(late.status, 504);
  const { type, detail } = await problemOf(late);
  assert.equal(type, problem('upstream-timeout'));
  assert.match(detail, /drone-scheduler/);
});

test('a service that is away or fails is 503 with Retry-After, and named', async () => {
  await using away = await startPortal({ settings: { PACKAGE_URL: 'http://127.0.0.1:1' } });
  const refused = await away.get(november, { authorization: away.issuer.shipper('b1') });
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  assert.match((await problemOf(refused)).detail, /^package /);

  const fail = () => Promise.reject(new Error('broken'));
  await using failing = await startPortal({ faults: { delivery: fail } });
  const failed = await failing.get(november, { authorization: failing.issuer.shipper('b1') });
  assert.equal(failed.status, 503);
  assert.match((await problemOf(failed)).detail, /^delivery /);
});

test('what a service refuses is told as it told it', async () => {
  const refuse = () => Promise.reject(new AppError('forbidden', 'not yours'));
  await using portal = await startPortal({ faults: { package: refuse } });
  const response = await portal.get(november, { authorization: portal.issuer.shipper('b1') });
  assert.equal(response.status, 403);
  assert.deepEqual(await problemOf(response), {
    type: problem('forbidden'),
    detail: 'package: not yours',
    fields: undefined,
  });
});
