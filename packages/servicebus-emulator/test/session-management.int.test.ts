import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, test } from 'node:test';
import rhea from 'rhea';
import { defaultAmqpLimits } from '../src/amqp/limits.ts';
import { manage } from '../src/amqp/management.ts';
import { Queue } from '../src/core/queue.ts';
import { startServiceBusEmulator } from '../src/index.ts';
import { createMemoryBroker } from './support/memory-broker.ts';
import { arrival } from './support/samples.ts';

const sessions = { Name: 'q', Properties: { RequiresSession: true, LockDuration: 'PT1M' } };
const config = { UserConfig: { Namespaces: [{ Name: 'ns', Queues: [sessions, { Name: 'plain' }] }] } };
const lost = { code: 'session-lock-lost' };

function open() {
  const { broker, clock } = createMemoryBroker(config);
  const queue = broker.namespace.find('q');
  assert.ok(queue instanceof Queue);
  const request = (operation: string, body: object, link: string | undefined = 'mine', path = 'q') => {
    const properties = { operation: `com.microsoft:${operation}`, 'associated-link-name': link };
    return manage({ broker, path, limits: defaultAmqpLimits }, properties, body) as Record<string, unknown> | undefined;
  };
  return {
    broker,
    clock,
    request,
    put: (...ids: string[]) =>
      broker.send(
        queue,
        ids.map((group_id) => arrival({ group_id })),
      ),
    hold: (id: string) => broker.acceptSession(queue, id, { owner: 'mine', onLost: () => undefined }),
    list: (skip: number, top: number, since?: Date) =>
      request('get-message-sessions', { skip, top, 'last-updated-time': since }),
  };
}

suite('sessions are listed', () => {
  test('by their messages, part by part', () => {
    const { put, list } = open();
    put('a', 'c', 'b', 'a');
    assert.deepEqual(list(0, 2), { skip: 2, 'sessions-ids': ['a', 'b'] });
    assert.deepEqual(list(2, 2), { skip: 3, 'sessions-ids': ['c'] });
    assert.deepEqual(list(-5, 1), { skip: 1, 'sessions-ids': ['a'] });
    for (const [skip, top] of [
      [3, 2],
      [0, 0],
      [0, -1],
    ] as const)
      assert.equal(list(skip, top), undefined);
  });

  test('by when their state was written', () => {
    const { hold, list, request, clock } = open();
    for (const id of ['a', 'b']) {
      hold(id);
      request('set-session-state', { 'session-id': id, 'session-state': Buffer.from(id) });
      clock.advance(1_000);
    }
    const start = clock.nowMs() - 2_000;
    assert.deepEqual(list(0, 10, new Date(start))?.['sessions-ids'], ['a', 'b']);
    assert.deepEqual(list(0, 10, new Date(start + 1))?.['sessions-ids'], ['b']);
    assert.equal(list(0, 10, new Date(start + 1_001)), undefined);
  });

  test('a thousand at most in one answer', () => {
    const { put, list } = open();
    put(...Array.from({ length: 1_001 }, (_, index) => String(index)));
    const { 'sessions-ids': ids } = list(0, 5_000) ?? {};
    assert.equal(Array.isArray(ids) && ids.length, 1_000);
    assert.equal(list(1_000, 5_000)?.skip, 1_001);
  });

  test('where there are sessions', () => {
    const { request } = open();
    assert.throws(() => request('get-message-sessions', { skip: 0, top: 1 }, undefined, 'plain'), {
      code: 'not-allowed',
    });
  });
});

suite('the state of a session', () => {
  test('is null until it is written, and again when it is cleared', () => {
    const { hold, request } = open();
    hold('a');
    const read = () => request('get-session-state', { 'session-id': 'a' })?.['session-state'];
    const write = (state: unknown) => request('set-session-state', { 'session-id': 'a', 'session-state': state });
    assert.equal(read(), null);
    assert.equal(write(Buffer.from('one')), undefined);
    assert.deepEqual(Buffer.from(read() as Buffer).toString(), 'one');
    write(null);
    assert.equal(read(), null);
    write(Buffer.alloc(defaultAmqpLimits.messageBytesMax));
    const tooLarge = Buffer.alloc(defaultAmqpLimits.messageBytesMax + 1);
    assert.throws(() => write(tooLarge), { code: 'message-too-large' });
  });

  test('is for its holder alone, as long as the lock lasts', () => {
    const { hold, request, clock } = open();
    hold('a');
    for (const operation of ['get-session-state', 'set-session-state', 'renew-session-lock']) {
      assert.throws(() => request(operation, { 'session-id': 'a' }, 'another'), lost, operation);
      assert.throws(() => request(operation, { 'session-id': 'b' }), lost, operation);
      assert.throws(() => request(operation, {}), { code: 'argument-invalid' }, operation);
      assert.throws(() => request(operation, { 'session-id': 'a' }, undefined, 'plain'), { code: 'not-allowed' });
    }
    clock.advance(59_999);
    const { expiration } = request('renew-session-lock', { 'session-id': 'a' }) ?? {};
    assert.deepEqual(expiration, new Date(clock.nowMs() + 60_000));
    clock.advance(59_999);
    request('get-session-state', { 'session-id': 'a' });
    clock.advance(1);
    assert.throws(() => request('get-session-state', { 'session-id': 'a' }), lost);
  });
});

test('who stops waiting for a session is answered, and keeps none from others', async () => {
  await using emulator = await startServiceBusEmulator({ config });
  const connection = rhea.create_container().connect({ host: '127.0.0.1', port: emulator.port, reconnect: false });
  for (const event of ['connection_close', 'disconnected']) connection.on(event, () => undefined);
  const next = (name: string) => {
    const filter = { 'com.microsoft:session-filter': null } as never;
    return connection.open_receiver({ name, source: { address: 'q', filter }, credit_window: 0 });
  };
  const impatient = next('impatient');
  const patient = next('patient');
  const sender = connection.open_sender('q');
  await once(sender, 'sendable');
  impatient.close();
  await once(impatient, 'receiver_close');
  const [opened] = [once(patient, 'receiver_open')];
  sender.send({ group_id: 'a', body: 'for whoever still waits' });
  await opened;
  assert.deepEqual(patient.source.filter, { 'com.microsoft:session-filter': 'a' });
  connection.close();
});
