import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type ApiClientCreated, allOperations, type Operation, type Role } from '@dronedelivery/contracts';
import { ApiClient } from '@dronedelivery/local/api-client';
import { seededRandom } from '@dronedelivery/testing';
import { type AbuseSystem, claimsOf, startAbuseSystem } from './abuse-system.ts';
import { assertAcceptedHold } from './assert-accepted.ts';
import { registerBusiness } from './possessions.ts';
import { bodyText, mediaTypeOf, targetOf, validInput } from './valid-request.ts';

const guarded = allOperations.filter(({ access }) => access.kind === 'roles');

suite('tokens that are not good', () => {
  let system: AbuseSystem;
  const random = seededRandom(2);
  before(async () => {
    system = await startAbuseSystem();
  });
  after(() => system[Symbol.asyncDispose]());

  const call = (operation: Operation, base: string, authorization: string) => {
    const input = validInput(operation, random);
    const body = bodyText(operation, input.body);
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': mediaTypeOf(operation) };
    const { method } = operation;
    return system.wire.send({
      ...{ base, method, target: targetOf(operation, input), body },
      headers: { authorization, ...type },
    });
  };

  const refused = async (operation: Operation, authorization: string, what: string) => {
    for (const { name, base } of system.doorsOf(operation)) {
      const { status, headers, text } = await call(operation, base, authorization);
      assert.equal(status, 401, `${operation.id} at ${name} with a token ${what}: ${status} ${text}`);
      assert.equal(JSON.parse(text).type, 'urn:drone-delivery:problem:unauthenticated');
      assert.match(headers['www-authenticate'] ?? '', /^Bearer /);
    }
  };

  for (const operation of guarded) {
    test(`${operation.id}: 401 for every token that is not good, but not for the good one`, async () => {
      const claims = claimsThatMay(operation);
      for (const [what, token] of system.forge.invalid(claims)) await refused(operation, `Bearer ${token}`, what);
      const good = system.forge.valid(claims);
      await refused(operation, `Basic ${Buffer.from('a:b').toString('base64')}`, 'by another scheme');
      await refused(operation, `Bearer ${good} ${good}`, 'given twice');
      await refused(operation, `Bearer ${'x'.repeat(9000)}`, 'over the limit');
      for (const { name, base } of system.doorsOf(operation)) {
        const { status, text } = await call(operation, base, `Bearer ${good}`);
        assert.ok(status !== 401 && status < 500, `${operation.id} at ${name} with the good token: ${status} ${text}`);
      }
    });
  }

  test('a token counts in its header alone: neither in the query, nor in a cookie, nor in the body', async () => {
    const watch = guarded.find(({ responseMediaType }) => responseMediaType === 'text/event-stream');
    for (const operation of [
      watch ?? assert.fail('no stream'),
      ...guarded.filter(({ public: isPublic }) => isPublic),
    ]) {
      const token = system.forge.valid(claimsThatMay(operation));
      const target = targetOf(operation, validInput(operation, random));
      const query = `access_token=${token}&token=${token}&ticket=${token}`;
      for (const { name, base } of system.doorsOf(operation)) {
        const { status } = await system.wire.send({
          ...{ base, method: operation.method, target: `${target}${target.includes('?') ? '&' : '?'}${query}` },
          headers: { cookie: `access_token=${token}`, 'content-type': 'application/x-www-form-urlencoded' },
          body: query,
        });
        assert.ok(status === 401 || status === 415, `${operation.id} at ${name}: ${status}`);
      }
    }
  });

  test('a revoked client and the client of a suspended business get no token', async () => {
    const { businessId, admin } = await registerBusiness(system.running, 'Soon suspended');
    const { body: client } = await admin.request<ApiClientCreated>('POST', '/v1/clients', {
      name: 'A client',
      roles: ['shipper'],
    });
    assert.equal((await signIn(client)).status, 200);
    await admin.request('DELETE', `/v1/clients/${client.clientId}`);
    const revoked = await signIn(client);
    assert.deepEqual([revoked.status, revoked.body.error], [401, 'invalid_client']);
    const { body: second } = await admin.request<ApiClientCreated>('POST', '/v1/clients', {
      name: 'A second',
      roles: ['shipper'],
    });
    const suspension = { status: 'suspended' };
    assert.equal(
      (await system.running.operator.request('PATCH', `/v1/businesses/${businessId}`, suspension)).status,
      200,
    );
    const suspended = await signIn(second);
    assert.deepEqual([suspended.status, suspended.body.error], [400, 'unauthorized_client']);
  });

  async function signIn({ clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string }) {
    const { status, text } = await system.wire.send({
      base: system.running.system.info.edgeUrl,
      method: 'POST',
      target: '/v1/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=${clientId}&client_secret=${clientSecret}`,
    });
    return { status, body: JSON.parse(text) };
  }

  test('a token of the real kind is taken, so that the forged ones are refused for what is wrong with them', async () => {
    const { edgeUrl, demo } = system.running.system.info;
    assert.equal((await new ApiClient(edgeUrl, demo).request('GET', '/v1/deliveries')).status, 200);
  });

  test('the invariants hold', () => assertAcceptedHold(system.running));
});

function claimsThatMay({ id, access }: Operation) {
  const role: Role | undefined = access.kind === 'roles' ? access.roles[0] : undefined;
  assert.ok(role !== undefined, id);
  return claimsOf(role, role === 'shipper' || role === 'business-admin' ? 'demo-business' : undefined);
}
