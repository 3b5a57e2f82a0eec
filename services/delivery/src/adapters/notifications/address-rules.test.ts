import assert from 'node:assert/strict';
import test from 'node:test';
import { isPublicAddress } from './address-rules.ts';

test('our own networks and their neighbours are refused in every spelling', () => {
  const addresses = [
    '127.0.0.1',
    '127.255.1.2',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '168.63.129.16',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::127.0.0.1',
    '::FFFF:10.0.0.1',
    '0:0:0:0:0:ffff:10.0.0.1',
    '::ffff:0:10.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::a00:1',
    '100::1',
    '2001:db8::1',
    '3fff::1',
    'fe80::1%1',
    'fe80::1%eth0',
    '2606:4700::1111%1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    'not an address',
    '',
    '127.1',
    '0x7f000001',
    '2130706433',
    '8.8.8.8 ',
    '8.8.8.8/8',
    '[2606:4700::1111]',
  ];
  assert.deepEqual(addresses.filter(isPublicAddress), []);
});

test('addresses of the internet are allowed', () => {
  const addresses = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001:80b::200e'];
  assert.deepEqual(addresses.filter(isPublicAddress), addresses);
});
