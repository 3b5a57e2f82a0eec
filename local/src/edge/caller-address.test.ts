import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerAddress } from './caller-address.ts';

test('IPv4 stands for itself, also inside IPv6', () => {
  assert.equal(callerAddress('192.0.2.7'), '192.0.2.7');
  assert.equal(callerAddress('::ffff:192.0.2.7'), '192.0.2.7');
});

test('IPv6 counts by its /64', () => {
  assert.equal(callerAddress('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(callerAddress('2001:db8::6'), '2001:db8:0:0::/64');
  assert.equal(callerAddress('::1'), '0:0:0:0::/64');
  assert.equal(callerAddress('fe80::1%eth0'), 'fe80:0:0:0::/64');
});

test('a connection that is gone has no address', () => {
  assert.equal(callerAddress(undefined), 'unknown');
});
