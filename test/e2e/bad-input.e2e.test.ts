import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Problem } from '@dronedelivery/contracts';
import { assertInvariants } from '../support/assert-invariants.ts';
import { finalStages, request, untilStage, validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';

const minuteMs = 60_000;
const instant = (fromNowMs: number) => new Date(Date.now() + fromNowMs).toISOString();

suite('bad input through the edge', () => {
  let running: TestSystem;
  let pids: Record<string, number>;
  before(async () => {
    running = await startTestSystem({ drones: 2 });
    pids = processIds(running);
  });
  after(() => running[Symbol.asyncDispose]());

  const create = (body: unknown, headers?: Record<string, string>) =>
    running.customer.request<Problem>('POST', '/v1/deliveryrequests', body, headers);

  test('every wrong field of a request is listed with its path and what was expected', async () => {
    const answer = await create({
      ...validationRequest(),
      pickupLocation: { latitude: 91, longitude: 0 },
      pickupTime: '2026-01-01T10:00:00',
      expedited: 'yes',
      confirmationRequired: 'Maybe',
      packageInfo: { size: 'Huge', weight: 0 },
      surprise: 1,
    });
    assert.equal(answer.status, 400);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(answer.body.type, 'urn:drone-delivery:problem:validation-failed');
    const paths = (answer.body.errors ?? []).map(({ path }) => path).sort();
    const wrong = ['/confirmationRequired', '/expedited', '/packageInfo/size', '/packageInfo/weight', '/pickupTime'];
    for (const path of wrong) assert.ok(paths.includes(path), `${path} in ${paths}`);
    assert.ok(
      paths.some((path) => path.startsWith('/pickupLocation')),
      `${paths}`,
    );
    assert.ok(JSON.stringify(answer.body.errors).includes('surprise'));
  });

  const wrongRequests: readonly [string, () => object, string][] = [
    ['pickup and drop-off are the same', () => ({ dropOffLocation: '47.6097,-122.3331' }), '/dropOffLocation'],
    ['a location text out of range', () => ({ pickupLocation: '95,10' }), '/pickupLocation'],
    [
      'a weight over what any drone carries',
      () => ({ packageInfo: { size: 'Small', weight: 51 } }),
      '/packageInfo/weight',
    ],
    [
      'a deadline before the pickup',
      () => ({ pickupTime: instant(9 * minuteMs), deadline: instant(minuteMs) }),
      '/deadline',
    ],
    [
      'a deadline that has passed',
      () => ({ pickupTime: instant(-9 * minuteMs), deadline: instant(-minuteMs) }),
      '/deadline',
    ],
    ['an owner id over 128 characters', () => ({ ownerId: 'x'.repeat(129) }), '/ownerId'],
  ];
  for (const [name, change, path] of wrongRequests) {
    test(`${name}: refused, naming ${path}`, async () => {
      const answer = await create({ ...validationRequest(), ...change() });
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      const { errors = [] } = answer.body;
      assert.ok(
        errors.some((error) => error.path === path && error.expected.length > 0),
        JSON.stringify(errors),
      );
    });
  }

  const unreadable: readonly [string, string, number, string][] = [
    ['malformed JSON', '{"a":', 400, 'malformed-body'],
    ['a key twice', '{"expedited":true,"expedited":false}', 400, 'malformed-body'],
    ['nesting without end', '['.repeat(5_000) + ']'.repeat(5_000), 400, 'malformed-body'],
    ['a prototype key', '{"__proto__":{"polluted":true}}', 400, 'malformed-body'],
    ['a body over the limit', JSON.stringify({ tag: 'x'.repeat(3_000_000) }), 413, 'body-too-large'],
  ];
  for (const [name, text, status, code] of unreadable) {
    test(`${name}: ${status} ${code}`, async () => {
      const answer = await create(text);
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.equal(answer.body.type, `urn:drone-delivery:problem:${code}`);
    });
  }

  test('another content type: 415', async () => {
    const answer = await create('a=b', { 'content-type': 'text/plain' });
    assert.equal(answer.status, 415, JSON.stringify(answer.body));
  });

  test('an id over 128 characters: 400; an unknown delivery: 404 with Retry-After', async () => {
    assert.equal((await running.customer.request('GET', `/v1/deliveries/${'x'.repeat(129)}`)).status, 400);
    const unknown = await running.customer.request('GET', '/v1/deliveries/never-requested');
    assert.equal(unknown.status, 404);
    assert.equal(unknown.headers.get('retry-after'), '1');
  });

  test('internal operations are not to be reached', async () => {
    for (const [method, path] of [
      ['PUT', '/v1/deliveries/x'],
      ['PUT', '/v1/dronedeliveries/x'],
      ['DELETE', '/v1/dronedeliveries/x'],
      ['PUT', '/v1/deliveries/x/outcome'],
    ] as const) {
      const answer = await running.operator.request(method, path, method === 'DELETE' ? undefined : {});
      assert.ok(answer.status === 404 || answer.status === 405, `${method} ${path} answered ${answer.status}`);
    }
  });

  test('no process went down for it, and a good request is still delivered', async () => {
    const id = await request(running.customer, validationRequest());
    assert.equal((await untilStage(running.customer, id, finalStages)).stage, 'Completed');
    assert.deepEqual(processIds(running), pids);
  });

  test('the invariants hold', () => assertInvariants(running));
});

function processIds({ system }: TestSystem): Record<string, number> {
  return Object.fromEntries(Object.entries(system.info.services).map(([name, { pid }]) => [name, pid]));
}
