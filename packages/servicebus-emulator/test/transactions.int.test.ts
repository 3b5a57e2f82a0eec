import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import rhea, { type AmqpError, type EventContext, type Typed } from 'rhea';
import { startServiceBusEmulator } from '../src/index.ts';

const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [{ Name: 'q' }] }] } };
/** The coordinator's descriptor (AMQP 1.0, part 4, section 4.5.1). */
const coordinatorCode = 0x30;

/** What a client that wants transactions opens first. */
interface CoordinatorLink {
  readonly local: { readonly attach: { target: Typed } };
}

test('transactions are refused by name, and the connection lives', async () => {
  await using emulator = await startServiceBusEmulator({ config });
  const connection = rhea.create_container().connect({ port: emulator.port, host: '127.0.0.1', reconnect: false });
  const refused = Promise.withResolvers<string | undefined>();
  const sendable = Promise.withResolvers<void>();
  connection.on('sender_error', ({ sender }: EventContext) =>
    refused.resolve((sender?.error as AmqpError | undefined)?.condition),
  );
  connection.on('sendable', () => sendable.resolve());
  const link = connection.open_sender({}) as unknown as CoordinatorLink;
  link.local.attach.target = rhea.types.wrap_described([], coordinatorCode);
  assert.equal(await refused.promise, 'amqp:not-implemented');
  connection.open_sender('q');
  await sendable.promise;
  const closed = once(connection, 'connection_close');
  connection.close();
  await closed;
});
