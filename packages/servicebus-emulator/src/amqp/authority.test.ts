import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { allows, checkToken } from './authority.ts';

const keys = { reader: 'secret' };
const resource = 'sb://127.0.0.1:5672/orders';
const unauthorized = { code: 'unauthorized' };

function sign(audience: string, { key = 'secret', name = 'reader', expiry = 100 } = {}): string {
  const encoded = encodeURIComponent(audience);
  const signature = createHmac('sha256', key).update(`${encoded}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${encoded}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${name}`;
}

test('a valid token allows its path and what lies below, until it expires', () => {
  const grant = checkToken(keys, sign(resource), resource, 0);
  assert.deepEqual(grant, { path: 'orders', expiresAtMs: 100_000 });
  for (const path of ['orders', 'ORDERS/$management', 'orders/$deadletterqueue']) assert.ok(allows([grant], path, 0));
  for (const path of ['orders2', 'other', '']) assert.ok(!allows([grant], path, 0), path);
  assert.ok(!allows([grant], 'orders', 100_000));
});

test('a token for the namespace allows everything', () => {
  const grant = checkToken(keys, sign('sb://host/'), resource, 0);
  assert.ok(allows([grant], 'anything/at/all', 0));
});

test('the address may have a query, as those of the administration have', () => {
  const address = 'https://host:5300/orders?api-version=2021-05&%24top=5';
  assert.equal(checkToken(keys, sign(address), '/orders', 0).path, 'orders');
});

test('any other token is refused', () => {
  const refused = [
    sign(resource, { key: 'wrong' }),
    sign(resource, { name: 'nobody' }),
    sign(resource, { name: 'toString' }),
    sign(resource, { expiry: 1 }),
    sign('sb://host/other'),
    sign(resource).replace(/se=\d+/, 'se=9999'),
    sign(resource).replace(/sr=[^&]+/, 'sr=sb%3A%2F%2Fhost%2F'),
    'SharedAccessSignature sr=%E0%A4%A&sig=x&se=1&skn=reader',
    'SharedAccessSignature ',
    'eyJhbGciOiJub25lIn0.e30.',
    '',
  ];
  for (const token of refused) assert.throws(() => checkToken(keys, token, resource, 5_000), unauthorized, token);
});

test('an address of a million slashes takes no time', () => {
  assert.ok(!allows([{ path: 'orders', expiresAtMs: 100 }], `a${'/'.repeat(1_000_000)}b`, 0));
});

test('without keys everyone may do everything that they ask for', () => {
  assert.deepEqual(checkToken(undefined, 'anything', resource, 0).path, 'orders');
});
