import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createWebhookSender, type Resolve } from '../src/adapters/notifications/webhook.ts';
import type { DueNotification } from '../src/app/ports.ts';

const settings = { allowPrivate: false, timeoutMs: 500, answerBytesMax: 1024 };

function notification(address: string): DueNotification {
  return {
    id: 'notification-1',
    key: { businessId: 'shop', id: 'delivery-1' },
    stage: 'Completed',
    planRevision: 1,
    channel: 'webhook',
    address,
    webhookSecret: 'secret',
    content: '{}',
    createdAtMs: 0,
    attempts: 1,
  };
}

/** A resolver that gives other addresses each time, as a name under an attacker's control does. */
function resolver(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  const resolve = (_host: string, _options: object, callback: (error: null, found: object[]) => void) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { resolve: resolve as unknown as Resolve, count: () => asked };
}

test('a name that leads inside is not called, also when only one of its addresses does', async () => {
  await using server = await listen();
  for (const addresses of [['127.0.0.1'], ['93.184.215.14', '127.0.0.1'], ['::ffff:127.0.0.1'], []]) {
    await using sender = createWebhookSender(settings, Date.now, resolver(addresses).resolve);
    const sending = sender.notify(notification(`http://hooks.example:${server.port}/`), AbortSignal.timeout(2000));
    await assert.rejects(sending, `${addresses}`);
  }
  for (const literal of ['127.0.0.1', '[::1]', '0x7f.1', '2130706433']) {
    await using sender = createWebhookSender(settings, Date.now);
    const sending = sender.notify(notification(`http://${literal}:${server.port}/`), AbortSignal.timeout(2000));
    await assert.rejects(sending, /not an address of the public internet/, literal);
  }
  assert.equal(server.calls(), 0);
});

test('a name is resolved once for its connection: what was checked is what is called', async () => {
  await using server = await listen();
  const inside = resolver(['127.0.0.1'], ['10.0.0.1']);
  await using sender = createWebhookSender({ ...settings, allowPrivate: true }, Date.now, inside.resolve);
  await sender.notify(notification(`http://hooks.example:${server.port}/`), AbortSignal.timeout(2000));
  assert.equal(inside.count(), 1);
  assert.equal(server.calls(), 1);
});

async function listen() {
  let calls = 0;
  const server = createServer((_, response) => {
    calls++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
