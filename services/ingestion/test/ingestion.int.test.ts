import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { queues } from '@dronedelivery/contracts';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { connectServiceBus, type ServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { deliveryRequest, startTokenIssuer, type TestTokenIssuer } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createIngestionService } from '../src/service.ts';

/** Two seconds are what is promised; a busy machine may take longer, but never the minute of the client library. */
const longAfterMs = 20_000;

const brokerConfig = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'test',
        Queues: [
          {
            Name: queues.deliveryRequests,
            Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT10M' },
          },
        ],
      },
    ],
    Logging: { Type: 'File' },
  },
};

interface AnswerBody {
  readonly deliveryId: string;
  readonly requestId: string;
  readonly ownerId: string;
  readonly deadline: string;
  readonly packageInfo: { readonly packageId: string };
  readonly type: string;
  readonly errors: readonly { readonly in: string; readonly path: string; readonly expected: string }[];
}

suite('ingestion', () => {
  let issuer: TestTokenIssuer;
  let emulator: Emulator;
  let bus: ServiceBus;
  let service: Service;
  before(async () => {
    issuer = await startTokenIssuer();
    emulator = await startServiceBusEmulator({ config: brokerConfig });
    bus = await connectServiceBus({ connectionString: emulator.connectionString });
    service = await start(emulator.connectionString);
  });
  after(async () => {
    await service[Symbol.asyncDispose]();
    await bus[Symbol.asyncDispose]();
    await emulator[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  function start(connectionString: string, changes: Record<string, string> = {}): Promise<Service> {
    const { issuer: name, jwksUrl } = issuer;
    const env = { SERVICEBUS_CONNECTION_STRING: connectionString, TOKEN_ISSUER: name, JWKS_URL: jwksUrl, ...changes };
    return createIngestionService(readConfig(env), { logger: silentLogger });
  }

  interface Asked {
    readonly path?: string;
    readonly url?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }

  async function ask(method: string, body?: unknown, { path = '', url = service.url, headers = {} }: Asked = {}) {
    const answer = await fetch(`${url}/v1/deliveryrequests${path}`, {
      method,
      headers: {
        authorization: issuer.shipper('acme', 'owner-1'),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) as AnswerBody };
  }

  async function messagesOf(deliveryId: string) {
    await using browser = bus.browse({ queue: queues.deliveryRequests });
    const all = await browser.peek({ max: 1000 });
    return all.filter((message) => message.properties.deliveryId === deliveryId);
  }

  test('answers 202 once the message lies on the queue', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const { ownerId: _, ...request } = deliveryRequest(Date.now());
    const answer = await ask('POST', request, { headers: { traceparent } });
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    const { deliveryId } = answer.body;
    assert.equal(answer.headers.get('location'), `/v1/deliveries/${deliveryId}`);
    assert.equal(answer.body.ownerId, 'owner-1');
    const [message, ...others] = await messagesOf(deliveryId);
    assert.equal(others.length, 0);
    assert.partialDeepStrictEqual(message?.properties, { businessId: 'acme', deliveryId, kind: 'create' });
    assert.match(String(message?.properties.traceparent), /^00-4bf92f3577b34da6a3ce929d0e0e4736-/);
    assert.partialDeepStrictEqual(JSON.parse(message?.body.toString() ?? ''), {
      kind: 'create',
      businessId: 'acme',
      ownerId: 'owner-1',
    });
  });

  test('a repetition with the same key gets the same answer and leaves one message', async () => {
    const headers = { 'idempotency-key': 'key-1' };
    const first = await ask('POST', deliveryRequest(Date.now()), { headers });
    const again = await ask('POST', deliveryRequest(Date.now()), { headers });
    assert.deepEqual([first.status, again.status], [202, 202]);
    assert.equal(first.body.deliveryId, again.body.deliveryId);
    assert.equal((await messagesOf(first.body.deliveryId)).length, 1);
    const other = await ask('POST', deliveryRequest(Date.now()), {
      headers: { ...headers, authorization: issuer.shipper('rival') },
    });
    assert.notEqual(other.body.deliveryId, first.body.deliveryId);
  });

  test('a change is taken for any well-formed id, in the name of the token’s business', async () => {
    const moved = await ask('PATCH', { dropOffLocation: '47.7,-122.2' }, { path: '/of-somebody' });
    const off = await ask('DELETE', undefined, { path: '/of-somebody' });
    assert.deepEqual([moved.status, off.status], [202, 202]);
    const messages = await messagesOf('of-somebody');
    const told = messages.map(({ properties, messageId }) => [properties.kind, properties.businessId, messageId]);
    assert.deepEqual(told, [
      ['reschedule', 'acme', moved.body.requestId],
      ['cancel', 'acme', off.body.requestId],
    ]);
  });

  test('every wrong field is told at once, the schema’s and those beyond it', async () => {
    const { status, body } = await ask('POST', {
      ...deliveryRequest(Date.now()),
      ownerId: 'x'.repeat(129),
      pickupLocation: '95,10',
      pickupTime: '2026-01-01T10:00:00',
      deadline: '2020-01-01T00:00:00Z',
      expedited: 'yes',
      packageInfo: { size: 'Huge', weight: 51 },
      surprise: 1,
    });
    assert.equal(status, 400);
    assert.equal(body.type, 'urn:drone-delivery:problem:validation-failed');
    const paths = body.errors.map(({ path }) => path).sort();
    const wrong = ['/deadline', '/deadline', '/expedited', '/ownerId', '/packageInfo/size', '/packageInfo/weight'];
    assert.deepEqual(paths, [...wrong, '/pickupLocation', '/pickupTime', '/surprise']);
    assert.ok(body.errors.every(({ expected }) => expected.length > 0));
  });

  const bad: readonly (readonly [string, string, string, unknown, number])[] = [
    ['POST', '', 'malformed JSON', '{"a":', 400],
    ['POST', '', 'a key twice', '{"expedited":true,"expedited":false}', 400],
    ['POST', '', 'a prototype key', '{"__proto__":{}}', 400],
    ['POST', '', 'no object', '[]', 400],
    ['POST', '', 'a body over the limit', JSON.stringify({ tag: 'x'.repeat(2_000_000) }), 413],
    ['PATCH', '/d', 'nothing to change', {}, 400],
    ['PATCH', '/d', 'an unknown field', { weight: 1 }, 400],
    ['PATCH', '/d', 'malformed JSON', '{', 400],
    ['PATCH', '/d', 'a deadline before the pickup', { pickupTime: later(2), deadline: later(1) }, 400],
    ['PATCH', `/${'x'.repeat(129)}`, 'an id over 128 characters', { deadline: later(2) }, 400],
    ['DELETE', `/${'x'.repeat(129)}`, 'an id over 128 characters', undefined, 400],
    ['DELETE', '/-x', 'an id that begins with a dash', undefined, 400],
    ['DELETE', '/d?businessId=rival', 'a query', undefined, 400],
  ];
  for (const [method, path, what, body, status] of bad) {
    test(`${method} with ${what}: ${status}`, async () => {
      const answer = await ask(method, body, { path });
      assert.equal(answer.status, status, JSON.stringify(answer.body));
      assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
    });
  }

  test('another media type: 415; a bad key: 400, named', async () => {
    const headers = { 'content-type': 'text/plain' };
    assert.equal((await ask('POST', 'a=b', { headers })).status, 415);
    assert.equal((await ask('PATCH', 'a=b', { headers, path: '/d' })).status, 415);
    const badKey = await ask('POST', deliveryRequest(Date.now()), { headers: { 'idempotency-key': 'a key' } });
    assert.deepEqual([badKey.status, badKey.body.errors[0]?.path], [400, 'idempotency-key']);
  });

  test('only shippers and their admins may', async () => {
    for (const authorization of [issuer.operator(), issuer.service('s'), issuer.drone('d')]) {
      assert.equal((await ask('POST', deliveryRequest(Date.now()), { headers: { authorization } })).status, 403);
      assert.equal((await ask('DELETE', undefined, { headers: { authorization }, path: '/d' })).status, 403);
    }
    assert.equal(
      (await ask('POST', deliveryRequest(Date.now()), { headers: { authorization: 'Bearer x' } })).status,
      401,
    );
  });

  test('without a broker: 503 within two seconds, with the id, and a retry is safe', async () => {
    const gone = await startServiceBusEmulator({ config: brokerConfig });
    const { connectionString } = gone;
    await gone[Symbol.asyncDispose]();
    await using alone = await start(connectionString);
    const startedAt = performance.now();
    const answer = await ask('POST', deliveryRequest(Date.now()), {
      url: alone.url,
      headers: { 'idempotency-key': 'key-2' },
    });
    assert.ok(performance.now() - startedAt < longAfterMs);
    assert.deepEqual([answer.status, answer.body.type], [503, 'urn:drone-delivery:problem:outcome-unknown']);
    assert.equal(answer.headers.get('retry-after'), '1');
    const again = await ask('POST', deliveryRequest(Date.now()), { headers: { 'idempotency-key': 'key-2' } });
    assert.deepEqual([again.status, again.body.deliveryId], [202, answer.body.deliveryId]);
  });

  test('with a broker that says nothing: 503 within two seconds as well', async () => {
    await using mute = await startMuteServer();
    await using alone = await start(emulator.connectionString.replace(/:\d+;/, `:${mute.port};`));
    const startedAt = performance.now();
    const answer = await ask('POST', deliveryRequest(Date.now()), { url: alone.url });
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < longAfterMs && tookMs > 1000, `${tookMs} ms`);
    assert.deepEqual([answer.status, answer.body.type], [503, 'urn:drone-delivery:problem:outcome-unknown']);
    assert.ok(answer.body.deliveryId.length > 0);
  });

  test('over the limit of requests in flight: 503 at once', async () => {
    await using mute = await startMuteServer();
    const connectionString = emulator.connectionString.replace(/:\d+;/, `:${mute.port};`);
    await using alone = await start(connectionString, { SENDS_IN_FLIGHT_MAX: '2', SEND_TIMEOUT_MS: '500' });
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => ask('POST', deliveryRequest(Date.now()), { url: alone.url })),
    );
    const types = answers.map(({ body }) => body.type.split(':').at(-1)).sort();
    assert.deepEqual(types, ['outcome-unknown', 'outcome-unknown', 'unavailable', 'unavailable']);
    assert.ok(answers.every(({ headers }) => headers.get('retry-after') === '1'));
  });
});

/** Takes connections and never says a word. */
async function startMuteServer() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function later(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}
