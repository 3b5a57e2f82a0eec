import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type DeadLetter,
  type DeadLetterReplayed,
  messageProperties,
  type Problem,
  queues,
} from '@dronedelivery/contracts';
import type { Page } from '@dronedelivery/local/api-client';
import { newId } from '@dronedelivery/service-kit/ids';
import { eventually, seededRandom } from '@dronedelivery/testing';
import { history, request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { freeze } from '../support/frozen.ts';
import type { TestSystem } from '../support/test-system.ts';
import { endingAs, newDropOff, pickupTimeIn } from './delivery-plans.ts';
import type { RaceTest } from './race-suite.ts';

const assignAheadMs = 15 * 60_000;
const dayMs = 24 * 60 * 60_000;
const quickly = { timeoutMs: 30_000, intervalMs: 50 } as const;

/** Messages that come twice, late, broken or back from the dead. */
export function messageRaces(race: RaceTest): void {
  race('two workflow replicas on one message: the lock is lost in the middle of the work', async (ground) => {
    const { running, struck } = ground;
    const { customer } = running;
    const packages = freeze(running, 'package');
    const ids = await Promise.all(Array.from({ length: 8 }, () => request(customer, validationRequest())));
    for (const id of ids) await until(customer, id, 'its record', () => true);
    const lostBefore = locksLost(running, 'workflow-2');
    const replica = freeze(running, 'workflow-2');
    struck();
    packages[Symbol.dispose]();
    for (const id of ids) await until(customer, id, 'a drone', ({ droneId }) => droneId !== null);
    replica[Symbol.dispose]();
    await eventually(() => locksLost(running, 'workflow-2') > lostBefore, { ...quickly, what: 'a lost lock' });
    for (const id of ids) await assertToldOnce(running, id, ['created', 'assigned']);
    return endingAs('Completed', ids);
  });

  race('a dead letter is worked while a copy of its request is alive: the copy finds the end', async (ground) => {
    const { running, queue, struck } = ground;
    const { customer } = running;
    const random = seededRandom(21);
    const aliveMs = 1500;
    const pickupTime = pickupTimeIn(assignAheadMs + aliveMs);
    const ids = await Promise.all(
      Array.from({ length: 6 }, () => request(customer, validationRequest({ pickupTime }))),
    );
    for (const id of ids) await until(customer, id, 'its record', () => true);
    struck();
    await Promise.all(
      ids.map(async (id) => {
        // Before, while and after the copy is handled.
        await delay(Math.max(0, Date.parse(pickupTime) - assignAheadMs + random.integer(-800, 300) - Date.now()));
        await queue.sendRaw('no request', { properties: addressOf(running, id) });
      }),
    );
    for (const id of ids) {
      const { reason } = await untilStage(customer, id, ['Failed']);
      // The copy gives the supervisor a while to write the end of what it has released; then it writes it itself.
      assert.ok(['request-failed', 'released'].includes(reason?.code ?? ''), reason?.code);
      await eventually(async () => (await queue.waiting(id)).length === 0, { ...quickly, what: 'the end of the copy' });
    }
    return endingAs('Failed', ids);
  });

  race('a replay of a letter whose delivery has ended is refused, and the letter stays', async ({ running, queue }) => {
    const id = await request(running.customer, validationRequest({ pickupTime: pickupTimeIn(assignAheadMs) }));
    await until(running.customer, id, 'a drone', ({ droneId }) => droneId !== null);
    await queue.sendRaw('no request', { properties: addressOf(running, id) });
    await untilStage(running.customer, id, ['Failed']);
    const letter = await parkedLetter(running, ({ deliveryId }) => deliveryId === id);
    const answer = await replay(running, letter);
    assert.deepEqual([answer.status, answer.body.type], [409, 'urn:drone-delivery:problem:delivery-terminal']);
    assert.equal((await parkedLetter(running, ({ deliveryId }) => deliveryId === id)).messageId, letter.messageId);
    return endingAs('Failed', [id]);
  });

  race('a parked change is replayed and made, in its old place among the changes', async (ground) => {
    const { running, queue, struck } = ground;
    const { customer, operator } = running;
    const id = await request(customer, validationRequest({ pickupTime: pickupTimeIn(60_000) }));
    await until(customer, id, 'a drone', ({ droneId }) => droneId !== null);
    // So old that the first fault which may pass makes it a dead letter, and resubmitted as often as it may be.
    const requestedAt = new Date(Date.now() - 9 * dayMs).toISOString();
    const change = queue.reschedule(id, { dropOff: newDropOff, pickupTime: pickupTimeIn(0) });
    const deliveries = freeze(running, 'delivery');
    await queue.send({ ...change, requestedAt }, { properties: { [messageProperties.resubmissions]: 3 } });
    const dead = async () => {
      const { body } = await operator.request<Page<DeadLetter>>(
        'GET',
        `/v1/deadletters?source=${queues.deliveryRequests}`,
      );
      return body.items.some(({ deliveryId }) => deliveryId === id);
    };
    await eventually(dead, { ...quickly, what: 'a dead letter' }).finally(() => deliveries[Symbol.dispose]());
    struck();
    const letter = await parkedLetter(running, ({ deliveryId }) => deliveryId === id);
    assert.equal(letter.reason, 'transient-exhausted');
    await assertToldOnce(running, id, ['refused']);
    const { status, body } = await replay(running, letter);
    assert.deepEqual([status, body.sequenceNumber], [202, letter.sequenceNumber]);
    const moved = await until(customer, id, 'the change', ({ dropoff }) => dropoff?.latitude === newDropOff.latitude);
    assert.equal(moved.requestSequence, letter.originalSequenceNumber);
    return endingAs('Completed', [id]);
  });

  race('messages that nobody can read are parked where operators see them', async ({ running, queue }) => {
    const bodies = ['', '{', 'null', '{"kind":"create"}', '{"kind":"unheard-of"}', '\u0000'.repeat(50_000)];
    const messageIds = bodies.map(() => newId());
    for (const [index, body] of bodies.entries()) {
      await queue.sendRaw(body, { messageId: messageIds[index] ?? '' });
    }
    for (const messageId of messageIds) {
      const letter = await parkedLetter(running, (one) => one.messageId === messageId);
      assert.deepEqual([letter.reason, letter.deliveryId], ['unreadable', null]);
    }
    return endingAs('Completed', []);
  });
}

function addressOf({ system }: TestSystem, deliveryId: string) {
  return {
    [messageProperties.businessId]: system.info.demo.businessId,
    [messageProperties.deliveryId]: deliveryId,
    [messageProperties.kind]: 'create',
  };
}

function parkedLetter({ operator }: TestSystem, isMeant: (letter: DeadLetter) => boolean): Promise<DeadLetter> {
  const find = async () => {
    const { body } = await operator.request<Page<DeadLetter>>(
      'GET',
      `/v1/deadletters?source=${queues.parked}&limit=200`,
    );
    return body.items.find(isMeant);
  };
  return eventually(find, { ...quickly, what: 'a parked letter' });
}

/** While it is being set aside there, a letter cannot be acted on. */
function replay({ operator }: TestSystem, { sequenceNumber }: DeadLetter) {
  const ask = async () => {
    const answer = await operator.request<Partial<DeadLetterReplayed & Problem>>(
      'POST',
      `/v1/deadletters/${sequenceNumber}/replay`,
    );
    return answer.body.type === 'urn:drone-delivery:problem:conflict' ? undefined : answer;
  };
  return eventually(ask, { ...quickly, what: 'an answer to the replay' });
}

async function assertToldOnce({ customer }: TestSystem, id: string, wanted: readonly string[]): Promise<void> {
  const told = (await history(customer, id)).map(({ kind }) => kind);
  for (const kind of wanted) assert.equal(told.filter((one) => one === kind).length, 1, `${kind} in ${told}`);
}

function locksLost({ dataDir }: TestSystem, instance: string): number {
  return readFileSync(path.join(dataDir, 'logs', `${instance}.log`), 'utf8').split('lock lost').length - 1;
}
