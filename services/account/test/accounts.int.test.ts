import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '@dronedelivery/service-kit/config';
import { tempFolder } from '@dronedelivery/testing';
import { type Answered, demo, operator, seeds, startAccount } from './account-fixture.ts';

const problem = (code: string) => `urn:drone-delivery:problem:${code}`;
const fields = ({ body }: Answered) => body.errors.map(({ path: at }: { path: string }) => at).sort();

test('who registers gets a client that works once the business is active', async () => {
  await using account = await startAccount({ settings: { ACTIVATE_AT_ONCE: 'true' } });
  const { status, body } = await account.call(undefined, 'POST', '/v1/businesses', { name: 'New' });
  assert.equal(status, 201);
  assert.equal(body.status, 'active');
  const { businessId, client } = body;
  const own = await account.call(client, 'GET', `/v1/businesses/${businessId}`);
  assert.deepEqual([own.status, own.body.name], [200, 'New']);
  const users = await account.call(client, 'GET', '/v1/users');
  assert.deepEqual(
    users.body.items.map(({ userId }: { userId: string }) => userId),
    ['admin'],
  );
});

test('another business is not there', async () => {
  await using account = await startAccount({ settings: { ACTIVATE_AT_ONCE: 'true' } });
  const { body: other } = await account.call(undefined, 'POST', '/v1/businesses', { name: 'Other' });
  const hidden = await account.call(demo, 'GET', `/v1/businesses/${other.businessId}`);
  assert.deepEqual([hidden.status, hidden.body.type], [404, problem('not-found')]);
  const revoke = await account.call(demo, 'DELETE', `/v1/clients/${other.client.clientId}`);
  assert.equal(revoke.status, 404);
  assert.equal((await account.call(demo, 'DELETE', '/v1/clients/operator')).status, 404);
  assert.ok(await account.tokenOf(other.client), 'still there');
  for (const list of ['users', 'clients']) {
    assert.equal((await account.call(demo, 'GET', `/v1/${list}?businessId=${other.businessId}`)).status, 403);
    const { body } = await account.call(demo, 'GET', `/v1/${list}`);
    assert.ok(body.items.every(({ businessId }: { businessId: string }) => businessId === 'demo-business'));
  }
});

test('operators see every business, its users and clients, and those that belong to none', async () => {
  await using account = await startAccount();
  assert.equal((await account.call(operator, 'GET', '/v1/businesses/demo-business')).body.name, 'Demo');
  assert.equal((await account.call(operator, 'GET', '/v1/users?businessId=demo-business')).body.items.length, 1);
  const ids = ({ body }: Answered) => body.items.map(({ clientId }: { clientId: string }) => clientId);
  assert.deepEqual(ids(await account.call(operator, 'GET', '/v1/clients?businessId=demo-business')), ['demo-client']);
  assert.deepEqual(ids(await account.call(operator, 'GET', '/v1/clients')), ['operator']);
  const created = await account.call(operator, 'POST', '/v1/system-clients', {
    name: 'G',
    roles: ['drone'],
    drones: ['d*'],
  });
  assert.equal(created.status, 201);
  assert.deepEqual(created.body.drones, ['d*']);
  assert.equal((await account.call(operator, 'PATCH', '/v1/businesses/none', { status: 'active' })).status, 404);
});

test('a list comes in pages', async () => {
  await using account = await startAccount();
  for (const userId of ['u1', 'u2', 'u3']) await account.call(demo, 'POST', '/v1/users', { userId, name: userId });
  const seen: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 3; pages++) {
    const { body } = await account.call(demo, 'GET', `/v1/users?limit=2${cursor}`);
    seen.push(...body.items.map(({ userId }: { userId: string }) => userId));
    if (body.nextCursor === undefined) break;
    cursor = `&cursor=${body.nextCursor}`;
  }
  assert.deepEqual(seen, ['demo-owner', 'u1', 'u2', 'u3']);
  const forged = await account.call(demo, 'GET', '/v1/users?cursor=forged');
  assert.deepEqual([forged.status, fields(forged)], [400, ['cursor']]);
});

test('users are unique in their business, and a client acts only for one of them', async () => {
  await using account = await startAccount();
  const user = { userId: 'u1', name: 'U', emailAddress: 'u@example.com' };
  assert.equal((await account.call(demo, 'POST', '/v1/users', user)).status, 201);
  const twice = await account.call(demo, 'POST', '/v1/users', user);
  assert.deepEqual([twice.status, twice.body.type], [409, problem('already-exists')]);
  const create = (ownerId: string) =>
    account.call(demo, 'POST', '/v1/clients', { name: 'C', roles: ['shipper'], ownerId });
  assert.equal((await create('u1')).body.ownerId, 'u1');
  const unknown = await create('u2');
  assert.deepEqual([unknown.status, fields(unknown)], [400, ['/ownerId']]);
});

test('a secret is shown once and is in no list', async () => {
  await using account = await startAccount();
  const { body } = await account.call(demo, 'POST', '/v1/clients', { name: 'C', roles: ['shipper'] });
  assert.match(body.clientSecret, /^[\w-]{43}$/);
  const { body: list } = await account.call(demo, 'GET', '/v1/clients');
  assert.equal(list.items.length, 2);
  assert.doesNotMatch(JSON.stringify(list), /secret|scrypt/i);
});

test('registrations are limited by address, and pending businesses by number', async () => {
  await using account = await startAccount({ settings: { REGISTRATION_BURST: '2', REGISTRATION_INTERVAL_MS: '1h' } });
  const register = (forwardedFor: string) =>
    account.send('POST', '/v1/businesses', {
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
      body: '{"name":"N"}',
    });
  const statuses = [];
  for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) statuses.push(await register(address));
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [201, 201, 429, 201],
  );
  assert.ok(Number(statuses[2]?.headers.get('retry-after')) > 3000);

  await using small = await startAccount({ settings: { PENDING_BUSINESSES_MAX: '1' } });
  assert.equal((await small.call(undefined, 'POST', '/v1/businesses', { name: 'A' })).status, 201);
  assert.equal((await small.call(undefined, 'POST', '/v1/businesses', { name: 'B' })).status, 503);
});

test('a suspended business adds no clients with tokens that it still has; clients and users are bounded', async () => {
  await using account = await startAccount({ settings: { CLIENTS_MAX: '2', USERS_MAX: '2' } });
  const authorization = `Bearer ${await account.tokenOf(demo)}`;
  const post = (target: string, body: object) =>
    account.send('POST', target, {
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await post('/v1/clients', { name: 'C', roles: ['shipper'] })).status, 201);
  assert.equal((await post('/v1/clients', { name: 'C', roles: ['shipper'] })).body.type, problem('conflict'));
  assert.equal((await post('/v1/users', { name: 'U' })).status, 201);
  assert.equal((await post('/v1/users', { name: 'U' })).body.type, problem('conflict'));
  await account.call(operator, 'PATCH', '/v1/businesses/demo-business', { status: 'suspended' });
  const refused = await post('/v1/clients', { name: 'C', roles: ['shipper'] });
  assert.deepEqual([refused.status, refused.body.type], [403, problem('business-not-active')]);
});

test('every route refuses who may not call it', async () => {
  await using account = await startAccount();
  const { body: shipper } = await account.call(demo, 'POST', '/v1/clients', { name: 'S', roles: ['shipper'] });
  const forbidden: readonly (readonly [string, string, object?])[] = [
    ['GET', '/v1/businesses'],
    ['PATCH', '/v1/businesses/demo-business', { status: 'active' }],
    ['POST', '/v1/users', { name: 'U' }],
    ['POST', '/v1/clients', { name: 'C', roles: ['shipper'] }],
    ['GET', '/v1/clients'],
    ['DELETE', '/v1/clients/demo-client'],
    ['POST', '/v1/system-clients', { name: 'C', roles: ['operator'] }],
    ['POST', '/v1/signing-keys'],
  ];
  for (const [method, target, body] of forbidden) {
    assert.equal((await account.call(shipper, method, target, body)).status, 403, `${method} ${target}`);
    assert.equal((await account.call(undefined, method, target, body)).status, 401, `${method} ${target}`);
  }
  assert.equal((await account.call(operator, 'POST', '/v1/users', { name: 'U' })).status, 403);
});

test('bad input is named field by field', async () => {
  await using account = await startAccount();
  const expect = async (who: typeof demo, method: string, target: string, body: unknown, wrong: string[]) => {
    const answer = await account.call(who, method, target, body);
    assert.deepEqual(
      [answer.status, answer.body.type],
      [400, problem('validation-failed')],
      JSON.stringify(answer.body),
    );
    assert.deepEqual(fields(answer), wrong);
  };
  await expect(demo, 'POST', '/v1/businesses', { name: ' ', extra: 1 }, ['/extra', '/name']);
  await expect(demo, 'POST', '/v1/businesses', {}, ['/name']);
  await expect(demo, 'POST', '/v1/users', { userId: '-', name: '', emailAddress: 'x' }, [
    '/emailAddress',
    '/name',
    '/userId',
  ]);
  await expect(demo, 'POST', '/v1/clients', { name: 'C', roles: ['operator'] }, ['/roles/0']);
  await expect(demo, 'POST', '/v1/clients', { roles: [] }, ['/name', '/roles']);
  await expect(operator, 'POST', '/v1/system-clients', { name: 'C', roles: ['shipper'], drones: [1] }, [
    '/drones/0',
    '/roles/0',
  ]);
  await expect(operator, 'PATCH', '/v1/businesses/demo-business', { status: 'pending' }, ['/status']);
  await expect(operator, 'GET', '/v1/businesses?limit=0&x=1', undefined, ['limit', 'x']);
  await expect(operator, 'GET', `/v1/businesses/${'x'.repeat(129)}`, undefined, ['businessId']);

  const raw = (body: string, type: string) =>
    account.send('POST', '/v1/businesses', { body, headers: { 'content-type': type } });
  assert.equal((await raw('{"name"', 'application/json')).body.type, problem('malformed-body'));
  assert.equal((await raw('{"name":"a","name":"b"}', 'application/json')).body.type, problem('malformed-body'));
  assert.equal((await raw('{"__proto__":{}}', 'application/json')).body.type, problem('malformed-body'));
  assert.equal((await raw('name=x', 'text/plain')).status, 415);
  assert.equal((await raw(JSON.stringify({ name: 'x'.repeat(2_000_000) }), 'application/json')).status, 413);
});

test('seeds are brought in again and again: new secrets count, a revoked client and a suspended business stay so', async () => {
  await using folder = await tempFolder();
  const dataDir = folder.path;
  const newSecret = 'another-secret-0123456789';
  {
    await using account = await startAccount({ dataDir });
    await account.call(operator, 'PATCH', '/v1/businesses/demo-business', { status: 'suspended' });
  }
  const changed = { ...seeds, clients: seeds.clients.map((client) => ({ ...client, clientSecret: newSecret })) };
  {
    await using account = await startAccount({ dataDir, seedFile: changed });
    const signedIn = { ...operator, clientSecret: newSecret };
    assert.equal((await account.call(signedIn, 'GET', '/v1/businesses/demo-business')).body.status, 'suspended');
    await assert.rejects(account.tokenOf(operator));
    await account.call(signedIn, 'DELETE', '/v1/clients/demo-client');
    await account.call(signedIn, 'PATCH', '/v1/businesses/demo-business', { status: 'active' });
  }
  {
    await using account = await startAccount({ dataDir, seedFile: changed });
    await assert.rejects(account.tokenOf({ ...demo, clientSecret: newSecret }), /invalid_client/);
  }
});

test('a bad seed file stops the start with all that is wrong', async () => {
  const bad = { clients: [{ clientId: '-', clientSecret: 'short', name: 'N', roles: ['operator'] }] };
  await assert.rejects(startAccount({ seedFile: bad }), (error) => {
    assert.ok(error instanceof ConfigurationError);
    assert.equal(error.problems.length, 2);
    return true;
  });
  const orphan = { clients: [{ ...demo, name: 'N', roles: ['shipper'], businessId: 'nowhere' }] };
  await assert.rejects(startAccount({ seedFile: orphan }), /does not exist/);
});
