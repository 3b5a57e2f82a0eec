import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { queues } from '@dronedelivery/contracts';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus, type ServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { deliveryRequest, eventually, startTokenIssuer, type TestTokenIssuer } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createIngestionService } from '../src/service.ts';

const config = {
  UserConfig: {
    Namespaces: [{ Name: 'test', Queues: [{ Name: queues.deliveryRequests, Properties: {} }] }],
    Logging: { Type: 'File' },
  },
};

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
      WAITING_MAX: '8',
      WAITING_PER_BUSINESS_MAX: '5',
      IN_HAND_MAX: '2',
      ...changes,
    };
    const service = await createIngestionService(readConfig(env), { logger: silentLogger });
    const ask = async (business: string) => {
      const answer = await fetch(`${service.url}/v1/deliveryrequests`, {
        method: 'POST',
        headers: { authorization: issuer.shipper(business, 'owner-1'), 'content-type': 'application/json' },
        body: JSON.stringify(deliveryRequest(Date.now())),
      });
      const { type = '' } = (await answer.json()) as { type?: string };
      const retryAfter = Number(answer.headers.get('retry-after'));
      return { status: answer.status, code: type.split(':').at(-1), retryAfter };
    };
    return { ask, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
  }

  /** Asks until it is turned away. */
  async function fill(ask: (business: string) => Promise<{ status: number }>, business: string): Promise<number> {
    for (let accepted = 0; accepted < 100; accepted++) if ((await ask(business)).status !== 202) return accepted;
    return Number.POSITIVE_INFINITY;
  }

  async function workOff(): Promise<void> {
    const from = { queue: queues.deliveryRequests };
    const handler = async () => complete;
    const receiver = bus.receive({ from, handler, logger: silentLogger, concurrencyMax: 4 });
    await eventually(() => emulator.status().entities.every(({ active }) => active === 0));
    await receiver.close();
  }

  const waiting = () => emulator.status().entities.find(({ name }) => name === queues.deliveryRequests)?.active;

  test('is bounded for each business and in all; the rest is turned away, and accepted again when there is room', async () => {
    await using ingestion = await start({});
    // The first looks find an empty queue: what is accepted before the first one found is forgotten by it.
    await fill(ingestion.ask, 'acme');
    await eventually(async () => (await ingestion.ask('acme')).status === 429);
    const { code, retryAfter } = await ingestion.ask('acme');
    assert.equal(code, 'business-queue-full');
    assert.ok(retryAfter >= 1 && retryAfter <= 5);
    const ofAcme = waiting() ?? 0;
    // In hand, as far as ingestion can tell, are two that do not wait; the last look may be one request old.
    assert.ok(ofAcme >= 5 && ofAcme <= 5 + 2 + 1, `${ofAcme} wait`);
    await eventually(async () => (await ingestion.ask('other')).code === 'queue-full');
    const all = waiting() ?? 0;
    assert.ok(all >= 8 && all <= 8 + 2 + 2, `${all} wait`);
    assert.equal((await ingestion.ask('third')).status, 503);
    await workOff();
    await eventually(async () => (await ingestion.ask('acme')).status === 202);
    await workOff();
  });

  test('is what came after the next on the queue, not what lies in front of it for later', async () => {
    await bus.sender(queues.deliveryRequests).send(
      Array.from({ length: 120 }, (_, n) => {
        return { messageId: `later-${n}`, body: '{}', scheduledAtMs: Date.now() + 3_600_000 };
      }),
    );
    await using ingestion = await start({});
    for (let round = 0; round < 5; round++) {
      await fill(ingestion.ask, 'acme');
      await workOff();
      await eventually(async () => (await ingestion.ask('acme')).status === 202);
    }
    await workOff();
  });

  test('refuses nobody while it cannot be looked at', async () => {
    await using ingestion = await start({ LOOK_INTERVAL_MS: '10000', BLIND_AFTER_MS: '100' });
    await eventually(async () => (await fill(ingestion.ask, 'acme')) > 20);
    await workOff();
  });
});
