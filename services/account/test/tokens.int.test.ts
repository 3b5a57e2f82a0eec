import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { tempFolder } from '@dronedelivery/testing';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { demo, movableClock, operator, startAccount } from './account-fixture.ts';

const form = (who: { clientId: string; clientSecret: string }) => ({
  grant_type: 'client_credentials',
  client_id: who.clientId,
  client_secret: who.clientSecret,
});
const verifierOf = (url: string) =>
  createTokenVerifier({
    issuer: 'test-issuer',
    audience: 'drone-delivery',
    jwksUrl: `${url}/.well-known/jwks.json`,
    cooldownMs: 0,
  });

test('a token carries what its client is, and verifies against the published keys', async () => {
  await using account = await startAccount();
  const { status, headers, body } = await account.askToken(form(demo));
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(body.token_type, 'Bearer');
  assert.equal(body.expires_in, 600);
  const claims = decodeJwt(body.access_token);
  assert.equal((claims.exp ?? 0) - (claims.iat ?? 0), 600);
  assert.equal(decodeProtectedHeader(body.access_token).alg, 'ES256');
  const { expiresAtMs, ...principal } = await verifierOf(account.url).verify(body.access_token);
  assert.ok(expiresAtMs > Date.now());
  assert.deepEqual(principal, {
    subject: 'demo-client',
    roles: ['shipper', 'business-admin'],
    businessId: 'demo-business',
    ownerId: 'demo-owner',
  });
});

test('HTTP Basic serves as well as the body; a scope asks for fewer roles', async () => {
  await using account = await startAccount();
  const authorization = `Basic ${Buffer.from(`${demo.clientId}:${demo.clientSecret}`).toString('base64')}`;
  const { status, body } = await account.askToken(
    { grant_type: 'client_credentials', scope: 'shipper' },
    { authorization },
  );
  assert.equal(status, 200);
  assert.equal(body.scope, 'shipper');
  assert.deepEqual(decodeJwt(body.access_token).roles, ['shipper']);
});

test('errors have the form of RFC 6749, whatever is wrong', async () => {
  await using account = await startAccount();
  const expect = async (answer: ReturnType<typeof account.askToken>, status: number, error: string) => {
    const { status: actual, headers, body } = await answer;
    assert.deepEqual([actual, body.error], [status, error], JSON.stringify(body));
    assert.equal(typeof body.error_description, 'string');
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    if (status === 401) assert.match(headers.get('www-authenticate') ?? '', /^Basic realm=/);
  };
  await expect(account.askToken({}), 400, 'invalid_request');
  await expect(account.askToken({ ...form(demo), grant_type: 'password' }), 400, 'unsupported_grant_type');
  await expect(account.askToken({ ...form(demo), client_secret: 'wrong' }), 401, 'invalid_client');
  await expect(account.askToken({ ...form(demo), client_id: 'unknown' }), 401, 'invalid_client');
  await expect(account.askToken({ grant_type: 'client_credentials' }), 401, 'invalid_client');
  await expect(account.askToken({ ...form(demo), scope: 'operator' }), 400, 'invalid_scope');
  const raw = (body: string, type = 'application/x-www-form-urlencoded') =>
    account.send('POST', '/v1/oauth/token', { body, headers: { 'content-type': type } });
  await expect(raw('{}', 'application/json'), 400, 'invalid_request');
  await expect(raw('a=1&a=2'), 400, 'invalid_request');
  await expect(raw('x='.padEnd(2_000_000, 'y')), 413, 'invalid_request');
});

test('unknown client and wrong secret are told nothing apart, and take alike', async () => {
  await using account = await startAccount();
  // The processor's time, since other processes make the clock's longer as they like.
  const timed = async (fields: Record<string, string>) => {
    const before = process.cpuUsage();
    const { body } = await account.askToken(fields);
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000, body };
  };
  const wrong: number[] = [];
  const unknown: number[] = [];
  for (let i = 0; i < 7; i++) {
    const ofWrong = await timed({ ...form(demo), client_secret: `wrong-${i}` });
    const ofUnknown = await timed({ ...form(demo), client_id: `unknown-${i}` });
    assert.deepEqual(ofWrong.body, ofUnknown.body);
    wrong.push(ofWrong.ms);
    unknown.push(ofUnknown.ms);
  }
  const fastest = (times: number[]) => Math.min(...times);
  // The slow hash is nearly all of both; without it one of them would answer at least five times as fast.
  assert.ok(fastest(unknown) > fastest(wrong) / 2 && fastest(wrong) > fastest(unknown) / 2, `${wrong} ${unknown}`);
});

test('a suspended business gets no tokens, nor does a pending one; once active again it does', async () => {
  await using account = await startAccount();
  const registered = await account.call(undefined, 'POST', '/v1/businesses', { name: 'New' });
  assert.equal(registered.body.status, 'pending');
  const { businessId, client } = registered.body;
  const patch = (status: string) => account.call(operator, 'PATCH', `/v1/businesses/${businessId}`, { status });
  const ask = () => account.askToken(form(client));
  assert.equal((await ask()).body.error, 'unauthorized_client');
  assert.equal((await patch('active')).body.status, 'active');
  assert.equal((await ask()).status, 200);
  await patch('suspended');
  assert.equal((await ask()).body.error, 'unauthorized_client');
  await patch('active');
  assert.equal((await ask()).status, 200);
});

test('a revoked client gets no further token, although its secret was proved a moment ago', async () => {
  await using account = await startAccount();
  const created = await account.call(demo, 'POST', '/v1/clients', { name: 'Shop', roles: ['shipper'] });
  assert.equal(created.status, 201);
  await account.tokenOf(created.body);
  assert.equal((await account.call(demo, 'DELETE', `/v1/clients/${created.body.clientId}`)).status, 204);
  const { status, body } = await account.askToken(form(created.body));
  assert.deepEqual([status, body.error], [401, 'invalid_client']);
});

test('a burst of token requests costs one slow hash', async () => {
  await using account = await startAccount({ settings: { SECRET_HASH_CONCURRENCY: '1', SECRET_HASH_QUEUE: '1' } });
  const answers = await Promise.all(Array.from({ length: 100 }, () => account.askToken(form(demo))));
  assert.ok(answers.every(({ status }) => status === 200));
});

test('a flood of guesses is refused beyond the queue, and those who are known go on', async () => {
  await using account = await startAccount({ settings: { SECRET_HASH_CONCURRENCY: '1', SECRET_HASH_QUEUE: '2' } });
  await account.tokenOf(demo);
  const guesses = Array.from({ length: 20 }, (_, i) =>
    account.askToken({ ...form(demo), client_secret: `guess-${i}` }),
  );
  assert.ok(await account.tokenOf(demo));
  const answers = await Promise.all(guesses);
  const busy = answers.filter(({ status }) => status === 503);
  assert.ok(busy.length > 0);
  for (const { headers, body } of busy) {
    assert.ok(headers.has('retry-after'));
    assert.equal(body.type, 'urn:drone-delivery:problem:unavailable');
  }
  assert.ok(answers.every(({ status }) => status === 503 || status === 401));
});

test('a new key is published before it signs; the old one until its last token has expired', async () => {
  const { clock, advance } = movableClock();
  await using account = await startAccount({
    clock,
    settings: { KEY_PUBLISH_AHEAD_MS: '120000', JWKS_MAX_AGE_S: '60' },
  });
  const keys = async () => (await account.send('GET', '/.well-known/jwks.json')).body.keys;
  const kidOf = async () => decodeProtectedHeader(await account.tokenOf(demo)).kid;
  const oldKid = await kidOf();
  assert.deepEqual(
    (await keys()).map(({ kid }: { kid: string }) => kid),
    [oldKid],
  );
  assert.ok(
    (await keys()).every((key: object) => !('d' in key)),
    'no private part',
  );

  const rotated = await account.call(operator, 'POST', '/v1/signing-keys');
  assert.equal(rotated.status, 201);
  const newKid = rotated.body.kid;
  const again = await account.call(operator, 'POST', '/v1/signing-keys');
  assert.equal(again.body.kid, newKid, 'a rotation under way is not overtaken by another');
  assert.equal((await keys()).length, 2);
  assert.equal(await kidOf(), oldKid);

  advance(119_000);
  const lastOld = await account.tokenOf(demo);
  assert.equal(decodeProtectedHeader(lastOld).kid, oldKid);
  advance(1500);
  assert.equal(await kidOf(), newKid);
  advance(590_000);
  assert.equal((await keys()).length, 2, 'the last token of the old key is still valid');
  advance(20_000);
  assert.deepEqual(
    (await keys()).map(({ kid }: { kid: string }) => kid),
    [newKid],
  );
});

test('the key set may be cached', async () => {
  await using account = await startAccount();
  const { headers } = await account.send('GET', '/.well-known/jwks.json');
  assert.equal(headers.get('cache-control'), 'public, max-age=60');
});

test('two processes on one store sign with the same key and honour what the other has done', async () => {
  await using folder = await tempFolder();
  const dataDir = folder.path;
  {
    await using one = await startAccount({ dataDir, settings: { KEY_PUBLISH_AHEAD_MS: '0' } });
    await using other = await startAccount({ dataDir, settings: { KEY_PUBLISH_AHEAD_MS: '0' } });
    const created = await one.call(demo, 'POST', '/v1/clients', { name: 'Shop', roles: ['shipper'] });
    await verifierOf(one.url).verify(await other.tokenOf(created.body));
    await one.call(operator, 'POST', '/v1/signing-keys');
    await verifierOf(one.url).verify(await other.tokenOf(created.body));
    await one.call(demo, 'DELETE', `/v1/clients/${created.body.clientId}`);
    assert.equal((await other.askToken(form(created.body))).status, 401);
  }
});

test('keys, clients and tokens outlive a restart', async () => {
  await using folder = await tempFolder();
  const dataDir = folder.path;
  let token = '';
  {
    await using account = await startAccount({ dataDir });
    token = await account.tokenOf(demo);
  }
  {
    await using account = await startAccount({ dataDir, seedFile: { clients: [] } });
    await verifierOf(account.url).verify(token);
    assert.ok(await account.tokenOf(demo));
  }
});

test('an expired token no longer opens the own routes', async () => {
  const { clock, advance } = movableClock();
  await using account = await startAccount({ clock });
  const headers = { authorization: `Bearer ${await account.tokenOf(operator)}` };
  assert.equal((await account.send('GET', '/v1/businesses', { headers })).status, 200);
  advance(3_700_000);
  assert.equal((await account.send('GET', '/v1/businesses', { headers })).status, 401);
  await assert.rejects(verifierOf(account.url).verify('x.y.z'), AppError);
});
