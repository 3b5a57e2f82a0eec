import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { startTokenIssuer, type TestTokenIssuer } from '@dronedelivery/testing';
import { httpDependencies } from '../src/adapters/http/dependencies.ts';
import { createServiceClients, type ServiceClients } from '../src/adapters/http/service-clients.ts';
import type { Dependencies } from '../src/app/ports.ts';
import { at, delivery, parcel, plan } from './requests.ts';
import { StandInWorld } from './stand-in-world.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

const signal = new AbortController().signal;
const target = (id: string) => ({ businessId: 'acme', id });
const planned = { ...plan, ownerId: 'o1', expedited: false, requestSequence: '7' };
const created = { ...planned, confirmationRequired: 'None', parcel, requestedAt: at(0) } as const;
const flight = { ...planned, packageSize: 'Small', weightKg: 2 } as const;

suite('dependencies over HTTP', () => {
  const world = new StandInWorld();
  let issuer: TestTokenIssuer;
  let standIns: StandIns;
  let clients: ServiceClients;
  let dependencies: Dependencies;

  before(async () => {
    issuer = await startTokenIssuer();
    standIns = await startStandIns(world, verifierOf(issuer));
    clients = clientsOf(standIns, issuer);
    dependencies = httpDependencies(clients);
  });
  after(async () => {
    await clients[Symbol.asyncDispose]();
    await standIns[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  test('give what the services answer', async () => {
    const { deliveries, packages, scheduler } = dependencies;
    const d = target('d1');
    assert.deepEqual(await deliveries.put(d, created, signal), { kind: 'done', gain: { created: true } });
    assert.deepEqual(await deliveries.put(d, created, signal), { kind: 'done', gain: { created: false } });
    const found = await deliveries.get(d, signal);
    assert.deepEqual(found, { kind: 'done', gain: delivery({ requestSequence: '7' }) });
    const put = await packages.put(target('p1'), { size: 'Small', weight: 2, deliveryId: 'd1' }, signal);
    assert.deepEqual(put, { kind: 'done', gain: undefined });
    const bound = await scheduler.put(d, flight, signal);
    assert.ok(bound.kind === 'done' && bound.gain.state === 'Assigned');
    assert.deepEqual(await scheduler.get(d, signal), bound);
    assert.deepEqual(await scheduler.release(d, signal), { kind: 'done', gain: undefined });
  });

  test('pass on refusals by their code', async () => {
    const { deliveries, scheduler } = dependencies;
    assert.partialDeepStrictEqual(await deliveries.get(target('nowhere'), signal), {
      kind: 'refused',
      code: 'not-found',
    });
    await scheduler.release(target('gone'), signal);
    assert.partialDeepStrictEqual(await scheduler.put(target('gone'), flight, signal), {
      kind: 'refused',
      code: 'released',
    });
  });

  test('try once more what may pass, and the effect is there once', async () => {
    world.script('putDelivery', { kind: 'refuse-after', code: 'unavailable' });
    const calls = world.timesCalled('putDelivery');
    const put = await dependencies.deliveries.put(target('d2'), created, signal);
    assert.deepEqual(put, { kind: 'done', gain: { created: false } });
    assert.equal(world.timesCalled('putDelivery') - calls, 2);
  });

  for (const code of ['unavailable', 'internal', 'too-many-requests', 'unauthenticated', 'forbidden'] as const) {
    test(`tell ${code} as a fault that may pass`, async () => {
      const fault = { kind: 'refuse', code } as const;
      world.script('getDelivery', fault, fault);
      const calls = world.timesCalled('getDelivery');
      // A client of its own: the breaker of a shared one would open over these rows.
      await using fresh = clientsOf(standIns, issuer);
      const answer = await httpDependencies(fresh).deliveries.get(target('d1'), signal);
      assert.equal(answer.kind, 'transient');
      assert.match(answer.cause, new RegExp(`${code}|getDelivery`));
      assert.ok(world.timesCalled('getDelivery') > calls);
      world.forgetScripts();
    });
  }

  test('tell silence as a fault that may pass', async () => {
    world.script('getDroneDelivery', { kind: 'hang' }, { kind: 'hang' });
    await using fresh = clientsOf(standIns, issuer);
    const answer = await httpDependencies(fresh).scheduler.get(target('d1'), signal);
    assert.ok(answer.kind === 'transient' && /within 300 ms/.test(answer.cause));
  });

  test('tell a service that is away as a fault that may pass', async () => {
    await using other = await startStandIns(world, verifierOf(issuer));
    await using lost = clientsOf(other, issuer);
    await other[Symbol.asyncDispose]();
    assert.equal((await httpDependencies(lost).deliveries.get(target('d1'), signal)).kind, 'transient');
  });
});

function verifierOf({ issuer, jwksUrl }: TestTokenIssuer) {
  return createTokenVerifier({ issuer, jwksUrl, audience: tokenAudience });
}

function clientsOf({ urls }: StandIns, { tokenUrl }: TestTokenIssuer): ServiceClients {
  return createServiceClients(
    {
      tokenUrl,
      clientId: 'workflow',
      clientSecret: 'a-secret-that-is-long-enough',
      deliveryUrl: [urls.delivery],
      packageUrl: [urls.package],
      droneSchedulerUrl: [urls['drone-scheduler']],
      callTimeoutMs: 300,
      callRetries: 1,
      callsInFlightMax: 16,
      callsWaitingMax: 16,
      breakerOpenMs: 200,
    },
    silentLogger,
  );
}
