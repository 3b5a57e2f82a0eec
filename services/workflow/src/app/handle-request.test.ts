import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelRequest, circumstances, createRequest, noonMs, policy, rescheduleRequest } from '../../test/requests.ts';
import type { Answer } from '../domain/saga.ts';
import type { DelayedCopy } from './delayed-copy.ts';
import { createHandleRequest } from './handle-request.ts';
import type { Dependencies } from './ports.ts';

const done = (gain?: unknown) => async () => ({ kind: 'done', gain }) as Answer<never>;
const away = async () => ({ kind: 'transient', cause: 'away' }) as const;

function setUp(
  release: Dependencies['scheduler']['release'],
  send: () => Promise<void> = async () => {},
  get: Dependencies['deliveries']['get'] = done(),
) {
  const log: string[] = [];
  const copies: DelayedCopy[] = [];
  const handleRequest = createHandleRequest({
    dependencies: {
      deliveries: { put: done(), get, replan: done(), putOutcome: done(), recordRefusal: done() },
      packages: { put: done() },
      scheduler: { put: done(), get: done(), release },
    },
    sendCopy: async (copy) => {
      await send();
      copies.push(copy);
      log.push('sent');
    },
    now: () => noonMs,
    random: () => circumstances().jitter,
    policy,
    events: { taken: () => {}, handled: (_, ending) => log.push(ending.kind) },
  });
  return { handleRequest, copies, log };
}

const never = new AbortController().signal;

test('a message is let go only after its copy was accepted', async () => {
  const { handleRequest, copies, log } = setUp(away);
  assert.deepEqual(await handleRequest(cancelRequest(), never), { kind: 'complete' });
  assert.deepEqual(log, ['sent', 'delay']);
  assert.deepEqual(copies, [
    {
      message: cancelRequest().message,
      envelope: {
        messageId: 'm1:1',
        attempt: 1,
        originalMessageId: 'm1',
        sequence: '9',
        delayReason: 'transient',
        tries: 1,
        resubmissions: 0,
        redeliveries: 0,
        enqueuedAtMs: noonMs + 2000,
      },
      notBeforeMs: noonMs + 2000,
    },
  ]);
});

test('a message whose copy the broker did not take is kept', async () => {
  const { handleRequest, log } = setUp(away, () => Promise.reject(new Error('no broker')));
  await assert.rejects(handleRequest(cancelRequest(), never), /no broker/);
  assert.deepEqual(log, []);
});

test('a stop in the middle makes no copy', async () => {
  const stop = new AbortController();
  const { handleRequest, log } = setUp(async () => {
    stop.abort();
    return away();
  });
  await assert.rejects(handleRequest(cancelRequest(), stop.signal), { name: 'AbortError' });
  assert.deepEqual(log, []);
});

test('the copy of a copy goes on counting from the original', async () => {
  const { handleRequest, copies } = setUp(away);
  const compensating = {
    messageId: 'm1:4',
    attempt: 4,
    tries: 2,
    delayReason: 'transient',
    compensation: 'x',
  } as const;
  await handleRequest(createRequest({}, compensating), never);
  const { messageId, attempt, tries, compensation } = copies[0]?.envelope ?? {};
  assert.deepEqual([messageId, attempt, tries, compensation], ['m1:5', 5, 3, 'x']);
});

test('a reschedule that comes back after a crash begins copies of its own, any other goes on with the first ones', async () => {
  const idOfCopy = async (request: Parameters<ReturnType<typeof setUp>['handleRequest']>[0]) => {
    const { handleRequest, copies } = setUp(away, undefined, away);
    await handleRequest(request, never);
    return copies[0]?.envelope.messageId;
  };
  const crashed = { attempt: 2, redeliveries: 1 };
  assert.equal(await idOfCopy(rescheduleRequest({}, crashed)), 'm1~2.1:3');
  assert.equal(await idOfCopy(rescheduleRequest({}, { attempt: 2 })), 'm1:3');
  assert.equal(await idOfCopy(cancelRequest(crashed)), 'm1:3');
});
