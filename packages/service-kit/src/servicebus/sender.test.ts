import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ServiceBusClient, ServiceBusMessage } from '@azure/service-bus';
import { TransientError } from '../transient-error.ts';
import { BatchingSender, type SenderOptions } from './sender.ts';

interface Batch {
  readonly messages: ServiceBusMessage[];
}

/** A sender whose batches hold two messages, arrive or fail when the test says so, and whose time stands still. */
function setUp({ mock }: TestContext, options: SenderOptions = {}) {
  mock.timers.enable({ apis: ['setTimeout'] });
  const flights: { readonly ids: unknown[]; readonly arrive: () => void; readonly fail: (error: Error) => void }[] = [];
  const sdkSender = {
    sendMessages: (sent: ServiceBusMessage | Batch) => {
      const { promise, resolve: arrive, reject: fail } = Promise.withResolvers<void>();
      const messages = 'messages' in sent ? sent.messages : [sent];
      flights.push({ ids: messages.map(({ messageId }) => messageId), arrive, fail });
      return promise;
    },
    createMessageBatch: async () => {
      const messages: ServiceBusMessage[] = [];
      return { messages, tryAddMessage: (message: ServiceBusMessage) => messages.length < 2 && messages.push(message) };
    },
  };
  const client = { createSender: () => sdkSender, close: async () => undefined } as unknown as ServiceBusClient;
  const sender = new BatchingSender('q', () => client, { flightsMax: 1, ...options });
  const send = (ids: readonly string[], more: Parameters<BatchingSender['send']>[1] = {}) => {
    const call = sender.send(
      ids.map((messageId) => ({ messageId, body: '{}' })),
      more,
    );
    const outcome = { value: 'waits' as unknown };
    call.then(
      () => {
        outcome.value = 'sent';
      },
      (error: unknown) => {
        outcome.value = error;
      },
    );
    return outcome;
  };
  return {
    sender,
    send,
    flights,
    ids: () => flights.map((flight) => flight.ids),
    tick: (ms: number) => mock.timers.tick(ms),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const fault = (kind: string, mayHaveHappened: boolean) => (outcome: { readonly value: unknown } | undefined) => {
  assert.ok(outcome?.value instanceof TransientError, String(outcome?.value));
  assert.deepEqual([outcome.value.kind, outcome.value.mayHaveHappened], [kind, mayHaveHappened]);
};

test('when the time is over, only what was never sent is certain not to have happened', async (t) => {
  for (const flown of [['one'], ['one', 'two']]) {
    const { send, ids, tick } = setUp(t);
    const first = send(flown, { timeoutMs: 500 });
    await turn();
    const second = send(['waits'], { timeoutMs: 500 });
    await turn();
    assert.deepEqual(ids(), [flown]);
    tick(500);
    await turn();
    fault('timeout', true)(first);
    fault('timeout', false)(second);
    t.mock.timers.reset();
  }
});

test('a caller that gives up while it waits is not sent for', async (t) => {
  const { send, flights, ids } = setUp(t);
  send(['flies']);
  await turn();
  const abort = new AbortController();
  const given = send(['given up'], { signal: abort.signal });
  const kept = send(['kept']);
  abort.abort('no longer wanted');
  flights[0]?.arrive();
  await turn();
  flights[1]?.arrive();
  await turn();
  assert.deepEqual(ids(), [['flies'], ['kept']]);
  assert.deepEqual([given.value, kept.value], ['no longer wanted', 'sent']);
});

test('a call has been sent when all of its messages have', async (t) => {
  const { send, flights, ids } = setUp(t);
  const call = send(['a', 'b', 'c']);
  await turn();
  flights[0]?.arrive();
  await turn();
  assert.deepEqual([ids(), call.value], [[['a', 'b'], ['c']], 'waits']);
  flights[1]?.arrive();
  await turn();
  assert.equal(call.value, 'sent');
});

test('a batch that fails takes along only what was in it', async (t) => {
  const { send, flights, ids } = setUp(t);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => send([id]));
  await turn();
  flights[0]?.fail(new Error('lost'));
  await turn();
  assert.deepEqual(ids(), [['a', 'b'], ['c']]);
  flights[1]?.arrive();
  await turn();
  for (const lost of [a, b]) fault('connection', true)(lost);
  assert.equal(c?.value, 'sent');
});

test('more than may wait is refused at once, and nothing of it is sent', async (t) => {
  const { send, flights, ids } = setUp(t, { queueMax: 2 });
  const fits = send(['a', 'b']);
  const refused = send(['c']);
  await turn();
  flights[0]?.arrive();
  await turn();
  assert.equal(fits.value, 'sent');
  fault('bulkhead-full', false)(refused);
  assert.deepEqual(ids(), [['a', 'b']]);
});

test('a close sends what waits, and takes no more', async (t) => {
  const { sender, send, flights } = setUp(t);
  const calls = [send(['flies'])];
  await turn();
  calls.push(send(['a', 'b']));
  const closing = sender[Symbol.asyncDispose]();
  const late = send(['late']);
  flights[0]?.arrive();
  await turn();
  flights[1]?.arrive();
  await closing;
  assert.deepEqual(
    calls.map(({ value }) => value),
    ['sent', 'sent'],
  );
  fault('connection', false)(late);
});

test('a close does not wait for long, and says of what still waits that it was not sent', async (t) => {
  const { sender, send, flights, tick } = setUp(t);
  send(['flies']);
  await turn();
  const left = send(['left']);
  const closing = sender[Symbol.asyncDispose]();
  tick(1500);
  await closing;
  fault('connection', false)(left);
  assert.equal(flights.length, 1);
});
