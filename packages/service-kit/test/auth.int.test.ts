import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { eventually, FakeClock, freePort, startTokenIssuer, type TestTokenIssuer } from '@dronedelivery/testing';
import { AppError } from '../src/app-error.ts';
import { createClientCredentials, createTokenVerifier, maySpeakForDrone } from '../src/auth.ts';
import { silentLogger } from '../src/logger.ts';
import { TransientError } from '../src/transient-error.ts';

const audience = 'drone-delivery';
const shipper = { sub: 's1', roles: ['shipper' as const], businessId: 'b1' };

describe('the token verifier', () => {
  let issuer: TestTokenIssuer;
  before(async () => {
    issuer = await startTokenIssuer();
  });
  after(() => issuer[Symbol.asyncDispose]());

  const verifier = (options: Partial<Parameters<typeof createTokenVerifier>[0]> = {}) =>
    createTokenVerifier({ issuer: issuer.issuer, audience, jwksUrl: issuer.jwksUrl, ...options });
  const refused = (token: string, detail: RegExp) =>
    assert.rejects(verifier().verify(token), (error: AppError) => {
      assert.ok(error instanceof AppError);
      assert.equal(error.code, 'unauthenticated');
      assert.match(error.detail ?? '', detail);
      return true;
    });

  test('gives who calls', async () => {
    const token = issuer.token({ ...shipper, ownerId: 'o1' }, { expiresInS: 60 });
    const { expiresAtMs, ...principal } = await verifier().verify(token);
    assert.ok(Math.abs(expiresAtMs - Date.now() - 60_000) < 30_000);
    assert.deepEqual(principal, {
      subject: 's1',
      roles: ['shipper'],
      businessId: 'b1',
      ownerId: 'o1',
    });
  });

  test('refuses what is not valid now, or not for us', async () => {
    await refused(issuer.token(shipper, { expiresInS: -10 }), /has expired/);
    await refused(issuer.token(shipper, { notBeforeInS: 60 }), /nbf/);
    await refused(issuer.token(shipper, { audience: 'other' }), /aud/);
    await refused(issuer.token(shipper, { issuer: 'https://elsewhere' }), /iss/);
    await refused(issuer.token(shipper, { kid: 'nobody' }), /unknown key/);
    await refused(issuer.token({ sub: 's1', roles: ['pilot' as never] }), /claims/);
    await refused('x', /not valid/);
    await refused(`${'x'.repeat(9000)}`, /too long/);
  });

  test('refuses tokens that choose their own algorithm, or were altered', async () => {
    const good = issuer.token(shipper);
    const [header = '', payload = '', signature = ''] = good.split('.');
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    await refused(`${encode({ alg: 'none' })}.${payload}.`, /not valid/);
    await refused(`${header}.${encode({ ...claims, businessId: 'b2' })}.${signature}`, /not valid/);
    const jwk = issuer.jwks.keys[0] as Record<string, unknown>;
    const publicPem = createPublicKey({ key: jwk as never, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    const forgedContent = `${encode({ alg: 'HS256', kid: jwk.kid })}.${payload}`;
    const forged = createHmac('sha256', publicPem).update(forgedContent).digest('base64url');
    await refused(`${forgedContent}.${forged}`, /not valid/);
  });

  test('looks for keys where it was told to, wherever a token points', async () => {
    await using elsewhere = await startTokenIssuer();
    const [, payload = ''] = issuer.token(shipper).split('.');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pointers = [{ jku: elsewhere.jwksUrl }, { x5u: elsewhere.jwksUrl }, { kid: elsewhere.jwksUrl }];
    for (const pointer of pointers) {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', ...pointer })).toString('base64url');
      const content = Buffer.from(`${header}.${payload}`);
      const signature = sign('sha256', content, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
      await refused(`${content}.${signature}`, /not valid|unknown key/);
    }
    assert.equal(elsewhere.fetches, 0);
  });

  test('keeps a verified token until it expires, and no longer', async () => {
    const clock = new FakeClock(Date.now());
    const one = verifier({ clock });
    const token = issuer.token(shipper, { expiresInS: 100 });
    assert.equal(one.cached(token), undefined);
    await one.verify(token);
    assert.equal(one.cached(token)?.subject, 's1');
    assert.equal(one.cached(`${token}x`), undefined);
    clock.jump(clock.now() + 106_000);
    assert.equal(one.cached(token), undefined);
    await assert.rejects(one.verify(token), /expired/);
  });

  test('keeps a bounded number, and lets go of the one unused longest', async () => {
    const one = verifier({ cacheMax: 2 });
    const [a, b, c] = ['a', 'b', 'c'].map((sub) => issuer.token({ ...shipper, sub })) as [string, string, string];
    await one.verify(a);
    await one.verify(b);
    one.cached(a);
    await one.verify(c);
    assert.deepEqual(
      [a, b, c].map((token) => one.cached(token)?.subject),
      ['a', undefined, 'c'],
    );
  });

  test('fetches new keys for an unknown id, but not for every one', async () => {
    const clock = new FakeClock(Date.now());
    const one = verifier({ clock, cooldownMs: 1000 });
    const before = issuer.fetches;
    await one.verify(issuer.token(shipper));
    issuer.rotate();
    clock.jump(clock.now() + 2000);
    await one.verify(issuer.token({ ...shipper, sub: 'after rotation' }));
    assert.equal(issuer.fetches - before, 2);
    const floods = Array.from({ length: 20 }, (_, index) => one.verify(issuer.token(shipper, { kid: `k${index}` })));
    assert.ok((await Promise.allSettled(floods)).every(({ status }) => status === 'rejected'));
    assert.equal(issuer.fetches - before, 2);
  });

  test('forgets revoked keys in time, and goes on with known ones while the issuer is away', async () => {
    const clock = new FakeClock(Date.now());
    const shortLived = await startTokenIssuer();
    const one = createTokenVerifier({
      issuer: shortLived.issuer,
      audience,
      jwksUrl: shortLived.jwksUrl,
      clock,
      keysFreshMs: 5000,
    });
    const old = shortLived.token(shipper);
    const oldToo = shortLived.token({ ...shipper, sub: 'again' });
    await one.verify(old);
    shortLived.rotate({ forget: true });
    clock.jump(clock.now() + 6000);
    await one.verify(oldToo);
    await eventually(() => shortLived.fetches === 2, { what: 'the second fetch' });
    await eventually(() => one.verify(`${shortLived.token(shipper)}`), { what: 'the new key' });
    const current = shortLived.token({ ...shipper, sub: 'while away' });
    await shortLived[Symbol.asyncDispose]();
    clock.jump(clock.now() + 60_000);
    assert.equal((await one.verify(current)).subject, 'while away');
  });

  test('without any keys nobody can tell: unavailable, not unauthenticated', async () => {
    const one = verifier({ jwksUrl: `http://127.0.0.1:${await freePort()}/jwks` });
    await assert.rejects(one.verify(issuer.token(shipper)), (error: AppError) => error.code === 'unavailable');
  });
});

test('a drone token speaks for its drones, by id or prefix', () => {
  const gateway = { subject: 'g', roles: ['drone' as const], drones: ['d1', 'fleet-7-*'] };
  assert.ok(maySpeakForDrone(gateway, 'd1'));
  assert.ok(maySpeakForDrone(gateway, 'fleet-7-12'));
  assert.ok(!maySpeakForDrone(gateway, 'd11'));
  assert.ok(!maySpeakForDrone({ ...gateway, roles: ['shipper'] }, 'd1'));
  assert.ok(!maySpeakForDrone({ roles: ['drone'] }, 'd1'));
});

test('our own token is fetched once for all, renewed ahead, and fetched again when refused', async () => {
  await using issuer = await startTokenIssuer();
  const clock = new FakeClock(Date.now());
  const source = createClientCredentials({
    tokenUrl: issuer.tokenUrl,
    clientId: 'c',
    clientSecret: 's',
    logger: silentLogger,
    clock,
  });
  const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => source.token()));
  assert.ok(others.every((token) => token === first));
  clock.jump(clock.now() + 3_250_000);
  assert.equal(await source.token(), first);
  clock.jump(clock.now() + 60_000);
  assert.equal(await source.token(), first, 'nobody waits for the renewal');
  const renewed = await eventually(async () => {
    const token = await source.token();
    return token !== first && token;
  });
  source.invalidate(first ?? '');
  assert.equal(await source.token(), renewed);
  source.invalidate(renewed);
  assert.notEqual(await source.token(), renewed);
});

test('without a token endpoint the caller learns that it may pass', async () => {
  const tokenUrl = `http://127.0.0.1:${await freePort()}/token`;
  const source = createClientCredentials({
    tokenUrl,
    clientId: 'c',
    clientSecret: 's',
    logger: silentLogger,
    attemptsMax: 2,
  });
  await assert.rejects(source.token(), (error) => error instanceof TransientError && !error.mayHaveHappened);
  await assert.rejects(source.token(AbortSignal.abort(new Error('stopping'))), /stopping/);
});
