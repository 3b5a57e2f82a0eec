import assert from 'node:assert/strict';
import { BlockList } from 'node:net';
import { test } from 'node:test';
import { clientAddress } from './client-address.ts';

const trusted = new BlockList();
trusted.addSubnet('10.0.0.0', 8);
trusted.addAddress('::1', 'ipv6');

test('without a trusted proxy the connection counts, whatever a header says', () => {
  assert.equal(clientAddress('192.0.2.1', undefined, trusted), '192.0.2.1');
  assert.equal(clientAddress('192.0.2.1', '198.51.100.9', trusted), '192.0.2.1');
});

test('behind trusted proxies the last address that is none of them counts', () => {
  assert.equal(clientAddress('10.0.0.1', '198.51.100.9', trusted), '198.51.100.9');
  assert.equal(clientAddress('10.0.0.1', '203.0.113.5, 198.51.100.9, 10.0.0.2', trusted), '198.51.100.9');
  assert.equal(clientAddress('::1', '2001:db8::1', trusted), '2001:db8::1');
});

test('without a usable entry the proxy itself counts', () => {
  assert.equal(clientAddress('10.0.0.1', 'unknown, x', trusted), '10.0.0.1');
  assert.equal(clientAddress('10.0.0.1', undefined, trusted), '10.0.0.1');
});
