import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTokenRequest } from './token-request.ts';

const form = { grant_type: 'client_credentials', client_id: 'c1', client_secret: 's1' };
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const errorOf = (fields: Record<string, string>, authorization?: string) => {
  const parsed = parseTokenRequest(fields, authorization);
  return 'error' in parsed ? parsed.error : undefined;
};

test('the client authenticates in the body or by HTTP Basic', () => {
  const expected = { clientId: 'c1', clientSecret: 's1', scope: undefined };
  assert.deepEqual(parseTokenRequest(form, undefined), expected);
  assert.deepEqual(parseTokenRequest({ grant_type: 'client_credentials' }, basic('c1:s1')), expected);
  assert.deepEqual(parseTokenRequest({ grant_type: 'client_credentials', client_id: 'c1' }, basic('c1:s1')), expected);
});

test('Basic credentials are form-decoded, and the secret may hold colons', () => {
  assert.deepEqual(parseTokenRequest({ grant_type: 'client_credentials' }, basic('c%3A1:a:b+c%2Bd')), {
    clientId: 'c:1',
    clientSecret: 'a:b c+d',
    scope: undefined,
  });
});

test('unknown parameters are ignored, empty ones count as left out', () => {
  assert.equal(errorOf({ ...form, resource: 'x' }), undefined);
  assert.equal(errorOf({ ...form, grant_type: '' }), 'invalid_request');
  assert.equal(errorOf({ ...form, client_secret: '' }), 'invalid_client');
  assert.deepEqual(parseTokenRequest({ ...form, scope: '' }, undefined), {
    clientId: 'c1',
    clientSecret: 's1',
    scope: undefined,
  });
});

test('each mistake has its code', () => {
  assert.equal(errorOf({}), 'invalid_request');
  assert.equal(errorOf({ ...form, grant_type: 'password' }), 'unsupported_grant_type');
  assert.equal(errorOf(form, basic('c1:s1')), 'invalid_request');
  assert.equal(errorOf({ grant_type: 'client_credentials', client_id: 'c2' }, basic('c1:s1')), 'invalid_request');
  assert.equal(errorOf({ ...form, scope: 'x'.repeat(501) }), 'invalid_scope');
  const bare = { grant_type: 'client_credentials' };
  for (const header of ['Basic', 'Basic !!', basic('nocolon'), basic(':s1'), basic('%zz:s1'), 'Bearer x']) {
    assert.equal(errorOf(bare, header), 'invalid_client', header);
  }
  assert.equal(errorOf({ ...form, client_secret: 'x'.repeat(257) }), 'invalid_client');
});
