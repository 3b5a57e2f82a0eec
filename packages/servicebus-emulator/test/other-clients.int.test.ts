// What clients in other languages do otherwise than the one for Node: seen in azure-servicebus 7.15 for Python.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import rhea, { type Connection, type EventContext, type link } from 'rhea';
import { outcomes } from '../src/amqp/rhea-internals.ts';
import { startServiceBusEmulator } from '../src/index.ts';

const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [{ Name: 'q' }] }] } };

async function open() {
  const resources = new AsyncDisposableStack();
  const emulator = resources.use(await startServiceBusEmulator({ config }));
  const options = { host: '127.0.0.1', port: emulator.port, reconnect: false };
  const connection: Connection = rhea.create_container().connect(options);
  for (const event of ['connection_close', 'disconnected']) connection.on(event, () => undefined);
  resources.defer(() => connection.close());
  return { connection, emulator, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** The class of a decoded delivery state. */
interface Composite {
  readonly descriptor: { readonly symbolic: string };
}

function next(from: link, event: string): Promise<EventContext> {
  return new Promise((resolve) => from.once(event, resolve));
}

test('a request that names no address for its reply is answered on the link beside it', async () => {
  await using scene = await open();
  const replies = scene.connection.open_receiver({ source: '$cbs' });
  const others = scene.connection.open_receiver({ source: 'q/$management' });
  others.on('message', () => assert.fail('the reply went to another node'));
  const requests = scene.connection.open_sender('$cbs');
  const reply = next(replies, 'message');
  await next(requests, 'sendable');
  const application_properties = { operation: 'put-token', type: 'servicebus.windows.net:sastoken', name: 'q' };
  requests.send({ message_id: 'one', application_properties, body: 'SharedAccessSignature sr=q' });
  const { message } = await reply;
  assert.equal(message?.correlation_id, 'one');
  assert.equal(message?.application_properties?.['status-code'], 202);
});

test('an entity can be named by a URI', async () => {
  await using scene = await open();
  const base = `amqps://127.0.0.1:${scene.emulator.port}`;
  const sender = scene.connection.open_sender(`${base}/q`);
  await next(sender, 'sendable');
  sender.send({ body: 'sent' });
  await next(sender, 'accepted');
  const receiver = scene.connection.open_receiver(`${base}/q`);
  assert.equal((await next(receiver, 'message')).message?.body, 'sent');
  const lost = scene.connection.open_receiver(`${base}/nowhere`);
  await next(lost, 'receiver_error');
  assert.match(JSON.stringify(lost.error), /could not be found/);
});

test('a settlement is confirmed by the very outcome that was asked for', async () => {
  await using scene = await open();
  const sender = scene.connection.open_sender('q');
  await next(sender, 'sendable');
  const receiver = scene.connection.open_receiver({ source: 'q', autoaccept: false, autosettle: false });
  const requested = {
    accepted: outcomes.accepted(),
    rejected: outcomes.rejected({ error: { condition: 'com.microsoft:dead-letter' } }),
    modified: outcomes.modified({ undeliverable_here: true }),
    released: outcomes.released(),
  };
  for (const [name, outcome] of Object.entries(requested)) {
    sender.send({ body: name });
    const { delivery } = await next(receiver, 'message');
    const settled = next(receiver, 'settled');
    delivery?.update(false, outcome.described());
    const state = (await settled).delivery?.remote_state;
    assert.ok(state !== undefined && !state.error);
    assert.equal((state.constructor as unknown as Composite).descriptor.symbolic, `amqp:${name}:list`);
  }
});
