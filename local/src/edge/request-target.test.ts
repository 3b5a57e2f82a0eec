import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlainTarget } from './request-target.ts';

test('plain targets pass, with a query and with encoded characters that mean only themselves', () => {
  for (const target of [
    '/',
    '/?a=..%2f//',
    '/v1/deliveries/a.b~c-d_e',
    '/v1/deliveries?cursor=%2F',
    '/v1/x/%C3%A4%20',
  ]) {
    assert.equal(isPlainTarget(target), true, target);
  }
});

test('whatever two parsers could read in two ways is refused', () => {
  const tricks = [
    ...[
      '/v1/../v1/drones',
      '/v1/deliveries/..',
      '/./v1',
      '/v1/%2e%2e/x',
      '/v1/.%2E/x',
      '/v1/%2e',
      '/v1/..;/x',
      '/v1/a;b',
    ],
    ...['/v1//deliveries', '//v1/deliveries', '/v1/deliveries/', '/v1/deliveries/a%2fb', '/v1/deliveries/a%2Fb'],
    ...['/v1/a%5cb', '/v1/a\\b', '/v1/a%00', '/v1/a%0d%0ab', '/v1/a%7f', '/v1/a%252fb', '/v1/%', '/v1/%zz', '/v1/%ff'],
    ...['', 'v1', '*', 'http://other/v1/drones', '/v1/a#b', '/v1/ä', '/v1/a b', '/v1/a\tb'],
  ];
  for (const trick of tricks) assert.equal(isPlainTarget(trick), false, JSON.stringify(trick));
});
