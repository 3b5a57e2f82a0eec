import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { queues } from '@dronedelivery/contracts';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { deadLetter } from '@dronedelivery/service-kit/servicebus';
import { cancel, create, deliveryOf, reschedule } from './messages.ts';
import { eventually, Surroundings } from './saga-harness.ts';

interface Letter {
  readonly sequenceNumber: string;
  readonly source: string;
  readonly messageId: string;
  readonly deliveryId: string | null;
  readonly reason: string;
}

/** Members of all answers and problems. */
interface AnswerBody {
  readonly items: readonly Letter[];
  readonly nextCursor?: string;
  readonly type: string;
  readonly errors: readonly { readonly path: string }[];
  readonly deliveryId: string;
  readonly body: string;
  readonly originalSequenceNumber: string;
}

suite('supervisor', () => {
  let around: Surroundings;
  let supervisor: Service;
  before(async () => {
    around = await Surroundings.start();
    supervisor = await around.startSupervisor();
  });
  after(async () => {
    await supervisor[Symbol.asyncDispose]();
    await around[Symbol.asyncDispose]();
  });

  /** Dead-letters everything on the request queue with this reason, as a workflow that gives up does. */
  async function giveUp(reason: string, messages: readonly Parameters<Surroundings['send']>[0][]) {
    for (const message of messages) await around.send(message);
    const receiver = around.bus.receive({
      from: { queue: queues.deliveryRequests },
      concurrencyMax: 4,
      logger: silentLogger,
      handler: async () => deadLetter(reason, 'as a test'),
    });
    await around.untilIdle();
    await receiver.close();
  }

  async function ask(method: string, path: string, authorization = around.issuer.operator()) {
    const answer = await fetch(`${supervisor.url}/v1/deadletters${path}`, { method, headers: { authorization } });
    return { status: answer.status, body: JSON.parse((await answer.text()) || '{}') as AnswerBody };
  }

  async function letterOf(deliveryId: string): Promise<Letter> {
    let found: Letter | undefined;
    await eventually(async () => {
      const { body } = await ask('GET', '?limit=200&source=delivery-requests-parked');
      found = body.items.find((one) => one.deliveryId === deliveryId);
      assert.ok(found, `${deliveryId} is not parked`);
    });
    assert.ok(found);
    return found;
  }

  const stage = (id: string) => around.world.deliveries.get(id)?.stage;

  test('a create that was given up fails, released first, and lies parked', async () => {
    around.world.putDelivery('lost', deliveryOf('lost'));
    await giveUp('MaxDeliveryCountExceeded', [create('lost')]);
    const letter = await letterOf('lost');
    assert.deepEqual([stage('lost'), around.world.tombstones.has('lost')], ['Failed', true]);
    assert.deepEqual([letter.reason, letter.messageId], ['MaxDeliveryCountExceeded', 'create-lost']);
    assert.equal(
      around.emulator.status().entities.find(({ name }) => name === queues.deliveryRequests)?.deadLettered,
      0,
    );
  });

  test('a flight is left alone', async () => {
    around.world.putDelivery('aloft', deliveryOf('aloft'));
    around.world.flying('aloft');
    await giveUp('compensation-failed', [create('aloft')]);
    await letterOf('aloft');
    assert.equal(stage('aloft'), 'Created');
  });

  test('a cancel that was given up is carried out, a reschedule is refused', async () => {
    around.world.putDelivery('off', deliveryOf('off'));
    around.world.putDelivery('kept', deliveryOf('kept'));
    await giveUp('MaxDeliveryCountExceeded', [cancel('off'), reschedule('kept', { deadline: '2027-01-01T00:00:00Z' })]);
    await letterOf('off');
    await letterOf('kept');
    assert.deepEqual([stage('off'), stage('kept')], ['Cancelled', 'Created']);
    assert.equal(around.world.refusals.at(-1)?.requestId, 'reschedule-kept');
  });

  test('what met only transient faults comes back three times, then ends', async () => {
    around.world.putDelivery('again', deliveryOf('again'));
    const seen: string[] = [];
    await around.send(create('again'));
    const receiver = around.bus.receive({
      from: { queue: queues.deliveryRequests },
      concurrencyMax: 4,
      logger: silentLogger,
      handler: async ({ messageId }) => {
        seen.push(messageId);
        return deadLetter('transient-exhausted', 'still away');
      },
    });
    await letterOf('again');
    await receiver.close();
    assert.deepEqual(seen, ['create-again', 'create-again:r1', 'create-again:r2', 'create-again:r3']);
    assert.equal(stage('again'), 'Failed');
  });

  test('a letter waits while its delivery cannot be ended, and is not lost', async () => {
    around.world.putDelivery('patient', deliveryOf('patient'));
    const away = { kind: 'refuse', code: 'unavailable' } as const;
    around.world.faultOf = (name, id) => (name === 'releaseDroneDelivery' && id === 'patient' ? away : undefined);
    await giveUp('MaxDeliveryCountExceeded', [create('patient')]);
    await eventually(() =>
      assert.ok(around.world.calls.filter(({ deliveryId }) => deliveryId === 'patient').length >= 4),
    );
    assert.equal(stage('patient'), 'Created');
    around.world.faultOf = () => undefined;
    await letterOf('patient');
    assert.equal(stage('patient'), 'Failed');
  });

  test('operators see each letter, throw one away, and nobody else may', async () => {
    const { sequenceNumber } = await letterOf('lost');
    const one = await ask('GET', `/${sequenceNumber}`);
    assert.deepEqual([one.status, one.body.deliveryId, JSON.parse(one.body.body).kind], [200, 'lost', 'create']);
    for (const token of [around.issuer.shipper('acme'), around.issuer.service('x'), around.issuer.drone('d')]) {
      assert.equal((await ask('GET', '', token)).status, 403);
      assert.equal((await ask('DELETE', `/${sequenceNumber}`, token)).status, 403);
    }
    await eventually(async () => assert.equal((await ask('DELETE', `/${sequenceNumber}`)).status, 204));
    assert.equal((await ask('GET', `/${sequenceNumber}`)).status, 404);
    assert.equal((await ask('DELETE', `/${sequenceNumber}`)).status, 404);
  });

  test('a replay of what has ended is refused, and the letter stays', async () => {
    const { sequenceNumber } = await letterOf('again');
    const refused = await ask('POST', `/${sequenceNumber}/replay`);
    assert.deepEqual([refused.status, refused.body.type], [409, 'urn:drone-delivery:problem:delivery-terminal']);
    assert.equal((await ask('GET', `/${sequenceNumber}`)).status, 200);
  });

  test('a replay is a new message in the old place, and is handled', async () => {
    const { sequenceNumber } = await letterOf('kept');
    const before = await ask('GET', `/${sequenceNumber}`);
    const replayed = await ask('POST', `/${sequenceNumber}/replay`);
    assert.deepEqual(replayed, {
      status: 202,
      body: { sequenceNumber, messageId: `reschedule-kept:p${sequenceNumber}` },
    });
    const [message] = await around.peekAll({ queue: queues.deliveryRequests });
    assert.equal(message?.properties.originalSequenceNumber, before.body.originalSequenceNumber);
    assert.equal((await ask('GET', `/${sequenceNumber}`)).status, 404);
    await using workflow = await around.startWorkflow();
    assert.ok(workflow.url);
    await eventually(() => assert.equal(around.world.deliveries.get('kept')?.deadline, '2027-01-01T00:00:00Z'));
  });

  test('a subscription keeps its dead letters for operators too', async () => {
    await around.bus.sender('drone-events').send({ messageId: 'event-1', body: '{}' });
    const receiver = around.bus.receive({
      from: { topic: 'drone-events', subscription: 'delivery' },
      concurrencyMax: 1,
      logger: silentLogger,
      handler: async () => deadLetter('unreadable', 'no event'),
    });
    const at = '?source=drone-events/delivery';
    await eventually(async () => assert.equal((await ask('GET', at)).body.items.length, 1));
    await receiver.close();
    const sequenceNumber = (await ask('GET', at)).body.items[0]?.sequenceNumber;
    await eventually(async () => assert.equal((await ask('DELETE', `/${sequenceNumber}${at}`)).status, 204));
    assert.deepEqual((await ask('GET', at)).body.items, []);
  });

  test('pages follow each other to the end; bad input is named', async () => {
    const all = (await ask('GET', '?limit=200')).body.items;
    const paged: Letter[] = [];
    let cursor = '';
    do {
      const { body } = await ask('GET', `?limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      paged.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    assert.deepEqual(paged, all);
    const bad = await ask('GET', '?limit=0&cursor=&source=a/b/c&other=1');
    const paths = bad.body.errors.map(({ path }) => path).sort();
    assert.deepEqual([bad.status, paths], [400, ['cursor', 'limit', 'other', 'source']]);
    assert.equal((await ask('GET', '/abc')).status, 400);
    assert.equal((await ask('GET', '?cursor=nonsense')).status, 400);
    assert.equal((await ask('GET', '/99?source=elsewhere')).status, 404);
  });
});
