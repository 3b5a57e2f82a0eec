import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { allOperations, type Drone, type Operation, type Role } from '@dronedelivery/contracts';
import type { Page } from '@dronedelivery/local/api-client';
import { eventually, seededRandom } from '@dronedelivery/testing';
import { type AbuseSystem, claimsOf, type Door, startAbuseSystem } from './abuse-system.ts';
import { type AccessRule, accessRules } from './access-rules.ts';
import { assertAcceptedHold } from './assert-accepted.ts';
import { acquire, type Possessions, pointAt, registerBusiness } from './possessions.ts';
import { bodyText, mediaTypeOf, targetOf, validInput } from './valid-request.ts';
import type { WireAnswer } from './wire.ts';

const roles: readonly Role[] = ['shipper', 'business-admin', 'operator', 'drone', 'service'];
const customers: readonly Role[] = ['shipper', 'business-admin'];

test('every operation has a rule of its own, and no rule is left over', () => {
  assert.deepEqual(Object.keys(accessRules).sort(), allOperations.map(({ id }) => id).sort());
});

suite('who may do what', () => {
  let system: AbuseSystem;
  let own: Possessions;
  let otherId: string;
  const random = seededRandom(1);
  before(async () => {
    system = await startAbuseSystem();
    own = await acquire(system.running, 'secret-of-the-first');
    otherId = (await registerBusiness(system.running, 'The other')).businessId;
  });
  after(() => system[Symbol.asyncDispose]());

  interface Attempt {
    readonly role?: Role;
    /** The business of the token. */
    readonly of?: string;
    /** The business that the query names. */
    readonly named?: string;
    readonly ownerId?: string;
    readonly at?: 'coveted';
  }

  /** One call to what the first business owns. */
  const attempt = async (operation: Operation, door: Door, { role, of, named, ownerId, at }: Attempt) => {
    const pointed = await pointAt(operation, ownerId === undefined ? own : { ...own, ownerId }, at === 'coveted');
    const input = validInput(operation, random, pointed.params);
    const business = named === undefined ? {} : { businessId: named };
    const token = role === undefined ? undefined : system.forge.valid(claimsOf(role, of));
    return system.wire.send({
      base: door.base,
      method: operation.method,
      target: targetOf(operation, { ...input, query: { ...pointed.query, ...business } }),
      headers: {
        ...(input.body === undefined ? {} : { 'content-type': mediaTypeOf(operation) }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: bodyText(operation, input.body),
    });
  };

  for (const operation of allOperations) {
    const rule = accessRules[operation.id] ?? { may: [], tenancy: 'none' };
    test(`${operation.id}: ${rule.may === 'anybody' ? 'anybody' : rule.may.join(', ')}; ${rule.tenancy}`, async () => {
      for (const door of system.doorsOf(operation)) {
        await checkRoles(operation, rule, door);
        await checkOtherBusiness(operation, rule, door);
        await checkNamedBusiness(operation, rule, door);
        await checkThoseWhoName(operation, rule, door);
      }
    });
  }

  async function checkRoles(operation: Operation, { may, tenancy }: AccessRule, door: Door) {
    const nobody = await attempt(operation, door, {});
    if (may === 'anybody') return assertAllowed(nobody, operation, tenancy);
    assertProblem(nobody, 401, 'unauthenticated', `${door.name}, without a token`);
    for (const role of roles) {
      const of = customers.includes(role) ? { of: own.businessId } : namedIn(operation, own.businessId);
      const answer = await attempt(operation, door, { role, ...of });
      const what = `${door.name} as ${role}`;
      if (may.includes(role)) assertAllowed(answer, operation, tenancy, what);
      else assertProblem(answer, 403, 'forbidden', what);
    }
  }

  /** A customer of the other business, with ids of the first. */
  async function checkOtherBusiness(operation: Operation, { may, tenancy }: AccessRule, door: Door) {
    for (const role of customers.filter((one) => may !== 'anybody' && may.includes(one))) {
      const at = tenancy === 'namespace' ? ({ at: 'coveted' } as const) : {};
      const answer = await attempt(operation, door, { role, of: otherId, ...at });
      const what = `${door.name} as ${role} of the other business`;
      if (tenancy === 'resource') assertProblem(answer, 404, 'not-found', what);
      else assertAllowed(answer, operation, tenancy, what);
      assert.ok(!answer.text.includes(own.secret) || tenancy === 'summary', `${what}: ${answer.text}`);
      if (tenancy !== 'summary') continue;
      const unknown = await attempt(operation, door, { role, of: otherId, ownerId: 'owner-unknown' });
      assert.equal(answer.text.replaceAll(own.ownerId, 'owner-unknown'), unknown.text, what);
    }
  }

  /** A customer who names a business that is not the token's. */
  async function checkNamedBusiness(operation: Operation, { may }: AccessRule, door: Door) {
    if (operation.query?.properties.businessId === undefined) return;
    for (const role of customers.filter((one) => may !== 'anybody' && may.includes(one))) {
      const what = `${door.name} as ${role}, naming another business`;
      const intruder = await attempt(operation, door, { role, of: otherId, named: own.businessId });
      assertProblem(intruder, 403, 'forbidden', what);
      const stray = await attempt(operation, door, { role, of: own.businessId, named: otherId });
      assertProblem(stray, 403, 'forbidden', what);
    }
  }

  /** Operators and services name the business: under another's name the first one's things do not exist. */
  async function checkThoseWhoName(operation: Operation, { may, tenancy }: AccessRule, door: Door) {
    if (operation.query?.properties.businessId === undefined || may === 'anybody') return;
    for (const role of (['operator', 'service'] as const).filter((one) => may.includes(one))) {
      const at = tenancy === 'namespace' ? ({ at: 'coveted' } as const) : {};
      const answer = await attempt(operation, door, { role, named: otherId, ...at });
      const what = `${door.name} as ${role}, naming the other business`;
      if (tenancy === 'resource') assertProblem(answer, 404, 'not-found', what);
      else assertAllowed(answer, operation, tenancy, what);
      assert.ok(!answer.text.includes(own.secret) || tenancy === 'summary', `${what}: ${answer.text}`);
      if (tenancy !== 'resource' && tenancy !== 'namespace') continue;
      const unnamed = await attempt(operation, door, { role });
      assertProblem(unnamed, 400, 'validation-failed', `${door.name} as ${role}, naming no business`);
    }
  }

  test('what the other business wrote under the same ids has changed nothing', async () => {
    const { deliveryId, packageId } = own.coveted;
    const paths = [`/v1/deliveries/${deliveryId}`, `/v1/deliveries/${deliveryId}/owner`, `/v1/packages/${packageId}`];
    const state = () => Promise.all(paths.map(async (path) => (await own.admin.request('GET', path)).body));
    const before = await state();
    const writes = allOperations.filter(({ id }) => accessRules[id]?.tenancy === 'namespace');
    for (const operation of writes) {
      for (const door of system.doorsOf(operation)) {
        await checkOtherBusiness(operation, accessRules[operation.id] ?? { may: [], tenancy: 'none' }, door);
        await checkThoseWhoName(operation, accessRules[operation.id] ?? { may: [], tenancy: 'none' }, door);
      }
    }
    await untilHandled(deliveryId);
    assert.deepEqual(await state(), before);
  });

  /** The other business's own record under the id has ended: its cancel has come through the queue. */
  async function untilHandled(deliveryId: string) {
    const token = system.forge.valid(claimsOf('shipper', otherId));
    const read = async () => {
      const headers = { authorization: `Bearer ${token}` };
      const target = `/v1/deliveries/${deliveryId}`;
      const answer = await system.wire.send({
        base: system.running.system.info.edgeUrl,
        method: 'GET',
        target,
        headers,
      });
      return answer.status === 200 && /"stage":"(Cancelled|Failed)"/.test(answer.text);
    };
    await eventually(read, { timeoutMs: 30_000, intervalMs: 100, what: 'the end of the other record' });
  }

  test('a drone speaks for itself alone', async () => {
    const token = system.forge.valid({ sub: 'a-drone', roles: ['drone'], drones: ['no-such-drone'] });
    const call = async (method: string, target: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const base = system.running.system.info.edgeUrl;
      const answer = await system.wire.send({ base, method, target, headers, body: JSON.stringify(body) });
      return { status: answer.status, body: JSON.parse(answer.text) };
    };
    const fleet = await system.running.operator.request<Page<Drone>>('GET', '/v1/drones');
    const { droneId, location } = fleet.body.items[0] ?? assert.fail('no drone');
    assert.deepEqual((await call('GET', '/v1/drones')).body, { items: [] });
    assert.equal((await call('GET', `/v1/drones/${droneId}`)).status, 404);
    const still = { speedMps: 0, headingDeg: 0, stateOfChargePercent: 50, activity: 'Idle' };
    const report = { droneId, sequence: 9e15, at: new Date().toISOString(), location, ...still };
    const told = await call('POST', '/v1/telemetry', { reports: [report] });
    assert.deepEqual(told.body, { results: [{ droneId, result: 'not-permitted' }], commands: [] });
  });

  test('the edge routes no internal operation, whoever asks', async () => {
    const door: Door = { name: 'edge', base: system.running.system.info.edgeUrl };
    for (const operation of allOperations.filter((one) => !one.public)) {
      for (const role of roles) {
        const of = customers.includes(role) ? { of: own.businessId } : {};
        const { status } = await attempt(operation, door, { role, ...of });
        assert.ok(status === 404 || status === 405, `${operation.id} as ${role} answered ${status}`);
      }
    }
  });

  test('the invariants hold', () => assertAcceptedHold(system.running, [own.deliveryId, own.coveted.deliveryId]));
});

function namedIn({ query }: Operation, businessId: string): { readonly named?: string } {
  return query?.properties.businessId === undefined ? {} : { named: businessId };
}

/** Neither refused for who asks, nor hidden, nor broken. */
function assertAllowed(
  { status, text }: WireAnswer,
  { id, method }: Operation,
  tenancy: AccessRule['tenancy'],
  what = 'without a token',
): void {
  const told = `${id} ${what} answered ${status} ${text}`;
  if (tenancy === 'none') {
    // Nothing of a business is meant, so that nothing has to be there; credentials of a token request are invented.
    assert.ok(status < 500 && status !== 403 && (status !== 401 || id === 'issueToken'), told);
    return;
  }
  const isGood = status >= 200 && status < 300;
  assert.ok(isGood || (method !== 'GET' && (status === 409 || status === 422)), told);
}

function assertProblem({ status, headers, text }: WireAnswer, expected: number, code: string, what: string): void {
  assert.equal(status, expected, `${what}: ${text}`);
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json/, what);
  assert.equal(JSON.parse(text).type, `urn:drone-delivery:problem:${code}`, what);
}
