import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeadLetter } from '@dronedelivery/contracts';
import { delivery } from '../../test/requests.ts';
import type { Answer } from '../domain/saga.ts';
import type { DeadLetterBox } from './dead-letter-box.ts';
import { createDeadLetterDesk } from './dead-letter-desk.ts';

const signal = new AbortController().signal;

function letter(source: string, sequence: number): DeadLetter {
  return {
    sequenceNumber: String(sequence),
    source,
    messageId: `m${sequence}`,
    businessId: 'acme',
    deliveryId: `d${sequence}`,
    kind: 'create',
    reason: 'unreadable',
    description: null,
    deliveryCount: 1,
    enqueuedAt: null,
    originalSequenceNumber: null,
    resubmissions: 0,
    body: '{}',
  };
}

function fakeBox(source: string, sequences: readonly number[], log: string[] = []): DeadLetterBox {
  const letters = sequences.map((sequence) => letter(source, sequence));
  return {
    source,
    peek: async (from, max) => letters.filter((one) => BigInt(one.sequenceNumber) >= BigInt(from)).slice(0, max),
    take: async (sequence) => {
      const found = letters.find((one) => one.sequenceNumber === sequence);
      if (found === undefined) return 'absent';
      const note = (what: string) => async () => void log.push(what);
      return {
        letter: found,
        discard: note('discard'),
        putBack: note('put back'),
        resend: async (id) => void log.push(`resend ${id}`),
      };
    },
  };
}

const at = (stage: 'Created' | 'Failed') => ({
  get: async () => ({ kind: 'done', gain: delivery({ stage }) }) as Answer<'getDelivery'>,
});

test('pages go through all boxes without gap or repetition', async () => {
  const desk = createDeadLetterDesk([fakeBox('a', [1, 2, 9]), fakeBox('b', []), fakeBox('c', [4, 5])], at('Created'));
  for (const limit of [1, 2, 3, 5, 50]) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.list(undefined, limit, cursor);
      assert.ok(page.items.length <= limit);
      seen.push(...page.items.map(({ source, sequenceNumber }) => `${source}${sequenceNumber}`));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(seen, ['a1', 'a2', 'a9', 'c4', 'c5']);
  }
});

test('one box alone is listed on request; a cursor from elsewhere is refused', async () => {
  const desk = createDeadLetterDesk([fakeBox('a', [1]), fakeBox('b', [2])], at('Created'));
  assert.deepEqual(
    (await desk.list('b', 9, undefined)).items.map(({ source }) => source),
    ['b'],
  );
  await assert.rejects(desk.list('b', 9, 'a!1'), { code: 'validation-failed' });
  await assert.rejects(desk.list(undefined, 9, 'nonsense'), { code: 'validation-failed' });
  await assert.rejects(desk.list('z', 9, undefined), { code: 'not-found' });
});

test('what is not there is not found, even if a later one is', async () => {
  const desk = createDeadLetterDesk([fakeBox('a', [3])], at('Created'));
  await assert.rejects(desk.get(undefined, '2'), { code: 'not-found' });
  await assert.rejects(desk.discard(undefined, '2'), { code: 'not-found' });
  assert.equal((await desk.get(undefined, '3')).messageId, 'm3');
});

test('a sequence number that no broker can give is not found, and the broker is not asked', async () => {
  const fail = () => assert.fail('the broker was asked');
  const desk = createDeadLetterDesk([{ source: 'a', peek: fail, take: fail }], at('Created'));
  const beyond = String(2n ** 63n);
  await assert.rejects(desk.get(undefined, beyond), { code: 'not-found' });
  await assert.rejects(desk.discard(undefined, beyond), { code: 'not-found' });
  await assert.rejects(desk.replay(undefined, beyond, signal), { code: 'not-found' });
  await assert.rejects(desk.list(undefined, 9, `a!${beyond}`), { code: 'validation-failed' });
});

test('a replay is sent before the letter is discarded', async () => {
  const log: string[] = [];
  const desk = createDeadLetterDesk([fakeBox('a', [3], log)], at('Created'));
  assert.equal(await desk.replay(undefined, '3', signal), 'm3:p3');
  assert.deepEqual(log, ['resend m3:p3', 'discard']);
});

test('a replay for a delivery that has ended is refused, and the letter stays', async () => {
  const log: string[] = [];
  const desk = createDeadLetterDesk([fakeBox('a', [3], log)], at('Failed'));
  await assert.rejects(desk.replay(undefined, '3', signal), { code: 'delivery-terminal' });
  assert.deepEqual(log, ['put back']);
});
