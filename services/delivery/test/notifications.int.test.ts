import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { eventually } from '@dronedelivery/testing';
import { putBody, replanBody } from './support/bodies.ts';
import { type RunningDelivery, runDelivery, unreachableBroker } from './support/running-delivery.ts';

interface Told {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const cancel = { stage: 'Cancelled', reason: { code: 'cancelled', text: 'As asked' }, requestId: 'request-9' };

let delivery: RunningDelivery;
let hookUrl: string;
let answer: (response: ServerResponse, attempt: number) => void;
let told: Told[];

const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  told.push({ headers: request.headers, body });
  answer(response, told.length);
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const config = { webhooksAllowPrivate: true, notifyAttemptsMax: 3, notifyBackoffMs: 20, webhookTimeoutMs: 500 };
  delivery = await runDelivery({ connectionString: unreachableBroker, config });
});
beforeEach(() => {
  told = [];
  answer = (response) => response.writeHead(204).end();
});
after(async () => {
  await delivery[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

async function subscribed(id: string, body: object) {
  await delivery.asService('PUT', `/v1/deliveries/${id}`, putBody());
  const reply = await delivery.asShipper('POST', `/v1/deliveries/${id}/notifymerequests`, body);
  assert.equal(reply.status, 201);
  return reply.body;
}

async function notificationsOf(id: string) {
  return (await delivery.asShipper('GET', `/v1/deliveries/${id}/notifications`)).body.items;
}

const settled = (id: string, state: string) =>
  eventually(async () => {
    const items = await notificationsOf(id);
    return items.length > 0 && items.every((one: { state: string }) => one.state === state) && items;
  });

describe('a webhook', () => {
  test('is told about each stage asked for, signed', async () => {
    const { webhookSecret, channels } = await subscribed('signed', { webhookUrl: hookUrl, stages: ['Rescheduled'] });
    assert.deepEqual(channels, ['webhook']);
    await delivery.asService('PATCH', '/v1/deliveries/signed', replanBody());
    await delivery.asService('PATCH', '/v1/deliveries/signed', replanBody({ requestSequence: '102' }));
    await delivery.asService('PUT', '/v1/deliveries/signed/outcome', cancel);
    const items = await settled('signed', 'Sent');
    assert.deepEqual(items.map((one: { planRevision: number }) => one.planRevision).sort(), [2, 3]);
    assert.equal(told.length, 2);
    for (const { headers, body } of told) {
      const signed = `${headers['x-notification-timestamp']}.${body}`;
      const signature = createHmac('sha256', webhookSecret).update(signed).digest('hex');
      assert.equal(headers['x-notification-signature'], `sha256=${signature}`);
      assert.equal(JSON.parse(body).notificationId, headers['x-notification-id']);
      assert.equal(JSON.parse(body).stage, 'Rescheduled');
    }
  });

  test('that fails is tried again with the same id', async () => {
    answer = (response, attempt) => response.writeHead(attempt === 1 ? 500 : 200).end();
    await subscribed('flaky', { webhookUrl: hookUrl });
    await delivery.asService('PUT', '/v1/deliveries/flaky/outcome', cancel);
    const [only] = await settled('flaky', 'Sent');
    assert.equal(only.attempts, 2);
    assert.equal(new Set(told.map(({ headers }) => headers['x-notification-id'])).size, 1);
  });

  test('that hangs, redirects or fails for ever is given up', async () => {
    const answers: Readonly<Record<string, typeof answer>> = {
      hangs: () => undefined,
      redirects: (response) => response.writeHead(302, { location: hookUrl }).end(),
      fails: (response) => response.writeHead(503).end(),
    };
    for (const [id, behaviour] of Object.entries(answers)) {
      told = [];
      answer = behaviour;
      await subscribed(id, { webhookUrl: hookUrl });
      await delivery.asService('PUT', `/v1/deliveries/${id}/outcome`, cancel);
      const [only] = await settled(id, 'GivenUp');
      assert.equal(only.attempts, 3, id);
      assert.notEqual(only.lastError, null, id);
      assert.equal(told.length, 3, id);
    }
  });

  test('that answers without end is cut off', async () => {
    let written = 0;
    answer = (response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const write = () => {
        while (!response.destroyed && written < 1e9 && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', write);
      write();
    };
    await subscribed('endless', { webhookUrl: hookUrl });
    await delivery.asService('PUT', '/v1/deliveries/endless/outcome', cancel);
    await eventually(async () => (await notificationsOf('endless'))[0]?.state !== 'Pending');
    assert.ok(written < 100e6, `${written} bytes`);
  });
});

test('one business whose webhooks hang does not keep another one waiting', async () => {
  // Longer than the test may last: whoever waits behind them is not told in time.
  const config = { webhooksAllowPrivate: true, webhookTimeoutMs: 30_000 };
  await using busy = await runDelivery({ connectionString: unreachableBroker, config });
  const hanging = createServer(() => hangingCalls++);
  let hangingCalls = 0;
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const hangingUrl = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`;
  const bad = busy.caller({ roles: ['service'] });
  const badShipper = busy.caller({ roles: ['shipper'], businessId: 'bad', ownerId: 'owner-1' });
  await Promise.all(
    Array.from({ length: 25 }, async (_, number) => {
      const path = `/v1/deliveries/bad-${number}`;
      await bad('PUT', `${path}?businessId=bad`, putBody());
      for (let count = 0; count < 10; count++)
        await badShipper('POST', `${path}/notifymerequests`, { webhookUrl: `${hangingUrl}/${count}` });
      await bad('PUT', `${path}/outcome?businessId=bad`, cancel);
    }),
  );
  await eventually(() => hangingCalls > 0, { what: 'a webhook that hangs' });
  await busy.asService('PUT', '/v1/deliveries/good', putBody());
  await busy.asShipper('POST', '/v1/deliveries/good/notifymerequests', { webhookUrl: hookUrl });
  await busy.asService('PUT', '/v1/deliveries/good/outcome', cancel);
  await eventually(() => told.length === 1, { what: 'the other business is told' });
  assert.ok(hangingCalls <= 20, `${hangingCalls} of one business under way at once`);
  hanging.closeAllConnections();
  hanging.close();
});

test('mail and text messages are kept where they can be read back', async () => {
  const body = { emailAddress: 'a@example.com', sms: '+4915112345678', stages: ['Cancelled'] };
  const { channels, webhookSecret } = await subscribed('told', body);
  assert.deepEqual([channels, webhookSecret], [['email', 'sms'], undefined]);
  await delivery.asService('PUT', '/v1/deliveries/told/outcome', cancel);
  const items = await settled('told', 'Sent');
  assert.deepEqual(items.map((one: { address: string }) => one.address).sort(), ['+4915112345678', 'a@example.com']);
});

describe('a notify-me request', () => {
  test('is refused when it is wrong, late, or one too many', async () => {
    const path = '/v1/deliveries/asked/notifymerequests';
    const email = { emailAddress: 'a@example.com' };
    assert.equal((await delivery.asShipper('POST', path, email)).status, 404);
    await subscribed('asked', email);
    const bad = { emailAddress: 'nobody', sms: '123', webhookUrl: 'ftp://x', stages: ['Flying'] };
    assert.equal((await delivery.asShipper('POST', path, bad)).body.errors.length, 4);
    assert.equal((await delivery.asShipper('POST', path, { stages: ['Completed'] })).status, 400);
    for (let count = 1; count < 10; count++) {
      assert.equal((await delivery.asShipper('POST', path, email)).status, 201);
    }
    const tooMany = await delivery.asShipper('POST', path, email);
    assert.equal(tooMany.body.type, 'urn:drone-delivery:problem:conflict');
    await delivery.asService('PUT', '/v1/deliveries/asked/outcome', cancel);
    assert.equal((await settled('asked', 'Sent')).length, 1, 'ten times the same address is told once');
    const late = await delivery.asShipper('POST', path, email);
    assert.equal(late.body.type, 'urn:drone-delivery:problem:delivery-terminal');
  });

  test('may not lead into our own networks', async () => {
    const overrides = { resolve: async (host: string) => [host === 'hooks.example' ? '10.0.0.1' : '93.184.215.14'] };
    await using careful = await runDelivery({ connectionString: unreachableBroker, overrides });
    await careful.asService('PUT', '/v1/deliveries/careful', putBody());
    const urls = [
      'http://127.0.0.1/x',
      'http://[::1]/x',
      'http://169.254.169.254/metadata',
      'http://0x7f000001/',
      'http://2130706433/',
      'http://localhost:1/',
      'http://hooks.internal/',
      'http://hooks.example/',
      'https://user:secret@example.com/',
    ];
    for (const webhookUrl of urls) {
      const { status, body } = await careful.asShipper('POST', '/v1/deliveries/careful/notifymerequests', {
        webhookUrl,
      });
      assert.deepEqual([status, body.type], [422, 'urn:drone-delivery:problem:webhook-refused'], webhookUrl);
    }
    const allowed = { webhookUrl: 'http://public.example/' };
    assert.equal((await careful.asShipper('POST', '/v1/deliveries/careful/notifymerequests', allowed)).status, 201);
  });
});
