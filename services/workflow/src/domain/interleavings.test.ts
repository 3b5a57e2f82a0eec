import assert from 'node:assert/strict';
import { test } from 'node:test';
import { everyOrder, type Played, type Scenario } from '../../test/interleave.ts';
import { at, cancelRequest, createRequest, rescheduleRequest } from '../../test/requests.ts';
import type { StandInWorld } from '../../test/stand-in-world.ts';

const id = 'd1';
const pickUp = (world: StandInWorld) => {
  if (world.missions.get(id)?.state === 'Assigned') world.flying(id);
};
const create = createRequest({ requestId: 'create' }, { messageId: 'create', originalMessageId: 'create' });
const cancel = {
  ...cancelRequest({ sequence: '10', messageId: 'cancel', originalMessageId: 'cancel' }),
  message: { ...cancelRequest().message, requestId: 'cancel' },
};

function reschedule(sequence: string, minutes: number) {
  const messageId = `reschedule-${sequence}`;
  const { message, envelope } = rescheduleRequest(
    { pickupTime: at(minutes) },
    { sequence, messageId, originalMessageId: messageId },
  );
  return { message: { ...message, requestId: messageId }, envelope };
}

function inEveryOrder(scenario: Scenario, check: (played: Played) => void): number {
  let orders = 0;
  for (const played of everyOrder(scenario)) {
    orders++;
    try {
      checkAlways(played);
      check(played);
    } catch (error) {
      throw new Error(`${(error as Error).message} after\n${played.log.join('\n')}`, { cause: error });
    }
  }
  return orders;
}

const stageOf = ({ world }: Played) => world.deliveries.get(id)?.stage;
const missionOf = ({ world }: Played) => world.missions.get(id);

function checkAlways(played: Played): void {
  const { world, endings } = played;
  const hasEnded = ['Cancelled', 'Failed'].includes(stageOf(played) ?? '');
  assert.ok(world.endings.length === (hasEnded ? 1 : 0), `ended ${world.endings.length} times`);
  const state = missionOf(played)?.state;
  assert.ok(
    hasEnded ? state === undefined || state === 'Released' : state !== 'Released',
    `${stageOf(played)}, ${state}`,
  );
  assert.deepEqual(
    endings.filter(({ kind }) => kind === 'dead-letter'),
    [],
  );
}

test('a cancel at any moment of its create ends the delivery, also when a handling crashes', (t) => {
  const orders = inEveryOrder({ requests: [create, cancel], crashes: 1 }, (played) =>
    assert.equal(stageOf(played), 'Cancelled'),
  );
  t.diagnostic(`${orders} orders`);
});

test('a cancel at any moment, and a pickup at any other: the first of the two decides', (t) => {
  const orders = inEveryOrder({ requests: [create, cancel], event: pickUp, crashes: 1 }, (played) => {
    const isFlying = missionOf(played)?.state === 'EnRouteToDropoff';
    const refused = played.world.refusals.map(({ requestId, code }) => [requestId, code]);
    assert.deepEqual(
      [stageOf(played), refused],
      isFlying ? ['Created', [['cancel', 'parcel-on-board']]] : ['Cancelled', []],
    );
  });
  t.diagnostic(`${orders} orders`);
});

test('one message in the hands of two replicas is one delivery, also when it is cancelled', (t) => {
  const twice = inEveryOrder({ requests: [create, create], crashes: 1 }, (played) => {
    assert.deepEqual([stageOf(played), missionOf(played)?.state], ['Created', 'Assigned']);
  });
  const cancelled = inEveryOrder({ requests: [create, create, cancel] }, (played) =>
    assert.equal(stageOf(played), 'Cancelled'),
  );
  t.diagnostic(`${twice} and ${cancelled} orders`);
});

test('a reschedule at any moment of its create is made, and the drone has its plan', (t) => {
  const later = reschedule('8', 20);
  const orders = inEveryOrder({ requests: [create, later], crashes: 1 }, (played) => {
    const { requestSequence, pickupTime } = played.world.delivery(id);
    assert.deepEqual([requestSequence, pickupTime, missionOf(played)?.requestSequence], ['8', at(20), '8']);
  });
  t.diagnostic(`${orders} orders`);
});

test('of two reschedules in any order the later one wins, and the drone flies it', (t) => {
  const requests = [reschedule('8', 20), reschedule('9', 30)];
  const orders = inEveryOrder({ requests: [create, ...requests] }, (played) => {
    const { requestSequence, pickupTime } = played.world.delivery(id);
    assert.deepEqual([requestSequence, pickupTime, missionOf(played)?.requestSequence], ['9', at(30), '9']);
  });
  t.diagnostic(`${orders} orders`);
});

test('a reschedule and a cancel at any moment of a create: nothing is left of it', (t) => {
  const orders = inEveryOrder({ requests: [create, reschedule('8', 20), cancel] }, (played) =>
    assert.equal(stageOf(played), 'Cancelled'),
  );
  t.diagnostic(`${orders} orders`);
});
