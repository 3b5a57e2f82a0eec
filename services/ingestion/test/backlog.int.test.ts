import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { queues } from '@dronedelivery/contracts';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus, type ServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { deliveryRequest, startTokenIssuer, type TestTokenIssuer, eventually as within } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createIngestionService } from '../src/service.ts';

const config = {
  UserConfig: {
    Namespaces: [{ Name: 'test', Queues: [{ Name: queues.deliveryRequests, Properties: {} }] }],
    Logging: { Type: 'File' },
  },
};

/** However busy the machine is. */
const eventually = (condition: () => Promise<boolean> | boolean) => within(condition, { timeoutMs: 60_000 });

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: number;
}

type Ask = (business: string, body?: string) => Promise<Answer>;

suite('what waits on the queue', () => {
  let issuer: TestTokenIssuer;
  let emulator: Emulator;
  let bus: ServiceBus;
  before(async () => {
    issuer = await startTokenIssuer();
    emulator = await startServiceBusEmulator({ config });
    bus = await connectServiceBus({ connectionString: emulator.connectionString });
  });
  after(async () => {
    await bus[Symbol.asyncDispose]();
    await emulator[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  async function start(changes: Record<string, string>) {
    const env = {
      SERVICEBUS_CONNECTION_STRING: emulator.connectionString,
      TOKEN_ISSUER: issuer.issuer,
      JWKS_URL: issuer.jwksUrl,
      LOOK_INTERVAL_MS: '20',
      FIRST_LOOK_TIMEOUT_MS: '60000',
      BLIND_AFTER_MS: '60000',
      WAITING_MAX: '8',
      WAITING_PER_BUSINESS_MAX: '5',
      IN_HAND_MAX: '2',
      ...changes,
    };
    const service = await createIngestionService(readConfig(env), { logger: silentLogger });
    const ask = async (business: string, body = JSON.stringify(deliveryRequest(Date.now()))) => {
      const answer = await fetch(`${service.url}/v1/deliveryrequests`, {
        method: 'POST',
        headers: { authorization: issuer.shipper(business, 'owner-1'), 'content-type': 'application/json' },
        body,
      });
      const { type = '' } = (await answer.json()) as { type?: string };
      const retryAfter = Number(answer.headers.get('retry-after'));
      return { status: answer.status, code: type.split(':').at(-1), retryAfter };
    };
    return { ask, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  }

  /** Asks until so many lie on the queue, never more, and gives the answer that one more gets. */
  async function fill(ask: Ask, business: string, count: number) {
    await eventually(async () => {
      await ask(business);
      assert.ok(waiting() <= count, `${waiting()} wait, not ${count} at most`);
      return waiting() === count;
    });
    const { status, code, retryAfter } = await ask(business);
    assert.ok(retryAfter >= 1 && retryAfter <= 5, `${retryAfter} s`);
    return { status, code };
  }

  async function workOff(): Promise<void> {
    const from = { queue: queues.deliveryRequests };
    const handler = async () => complete;
    const receiver = bus.receive({ from, handler, logger: silentLogger, concurrencyMax: 4 });
    await eventually(() => emulator.status().entities.every(({ active }) => active === 0));
    await receiver.close();
  }

  const waiting = () => emulator.status().entities.find(({ name }) => name === queues.deliveryRequests)?.active ?? 0;

  test('is bounded for each business and in all; the rest is turned away, and accepted again when there is room', async () => {
    await using ingestion = await start({});
    // Those that could be in hand, as far as ingestion can tell, do not wait.
    assert.deepEqual(await fill(ingestion.ask, 'acme', 5 + 2), { status: 429, code: 'business-queue-full' });
    assert.deepEqual(await fill(ingestion.ask, 'other', 8 + 2), { status: 503, code: 'queue-full' });
    for (const business of ['acme', 'third']) assert.equal((await ingestion.ask(business)).code, 'queue-full');
    assert.equal((await ingestion.ask('acme', 'not read')).code, 'queue-full');
    await workOff();
    await eventually(async () => (await ingestion.ask('acme')).status === 202);
    assert.equal((await ingestion.ask('acme', 'read')).code, 'malformed-body');
    await workOff();
  });

  test('is known to a process that has just started, and to those that run beside it', async () => {
    {
      await using first = await start({});
      await using second = await start({});
      await fill(first.ask, 'acme', 5 + 2);
      await eventually(async () => (await second.ask('acme')).status === 429);
    }
    const before = waiting();
    for (let round = 0; round < 3; round++) {
      await using restarted = await start({});
      assert.equal((await restarted.ask('acme')).code, 'business-queue-full');
    }
    assert.equal(waiting(), before);
    await using another = await start({});
    assert.equal((await fill(another.ask, 'other', 8 + 2)).code, 'queue-full');
    await workOff();
  });

  test('is what came after the next on the queue, not what lies before or between for later', async () => {
    const later = (count: number) =>
      bus.sender(queues.deliveryRequests).send(
        Array.from({ length: count }, (_, n) => {
          return { messageId: `later-${count}-${n}`, body: '{}', scheduledAtMs: Date.now() + 3_600_000 };
        }),
      );
    await later(120);
    await using ingestion = await start({});
    for (let round = 0; round < 3; round++) {
      await eventually(async () => (await ingestion.ask('acme')).status === 202 && waiting() >= 4);
      await later(20 + round);
      await fill(ingestion.ask, 'acme', 5 + 2);
      await workOff();
      await eventually(async () => (await ingestion.ask('acme')).status === 202);
      await workOff();
    }
  });

  test('refuses nobody while it cannot be looked at', async () => {
    await using ingestion = await start({ LOOK_INTERVAL_MS: '10000', BLIND_AFTER_MS: '100' });
    await eventually(async () => (await ingestion.ask('acme')).status === 202 && waiting() > 20);
    await workOff();
  });
});
