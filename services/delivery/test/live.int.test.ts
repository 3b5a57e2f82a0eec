import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { topics } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { pickupMs, putBody, replanBody } from './support/bodies.ts';
import { type FleetNews, startFleetNews } from './support/fleet-news.ts';
import { type RunningDelivery, runDelivery } from './support/running-delivery.ts';

let fleet: FleetNews;
let delivery: RunningDelivery;
before(async () => {
  fleet = await startFleetNews();
  const { connectionString } = fleet.emulator;
  delivery = await runDelivery({ connectionString, replicas: 2, config: { confirmationWindowMs: 1500 } });
});
after(async () => {
  await delivery[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
});

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function created(id: string, changes: Parameters<typeof putBody>[0] = {}): Promise<string> {
  const reply = await delivery.asService('PUT', `/v1/deliveries/${id}`, putBody(changes), { traceparent });
  assert.equal(reply.status, 201);
  return id;
}

async function read(id: string, part = '') {
  return (await delivery.asShipper('GET', `/v1/deliveries/${id}${part}`)).body;
}

const reaches = (id: string, stage: string) =>
  eventually(async () => (await read(id)).stage === stage, { what: `${id} at ${stage}` });

describe('mission events', () => {
  test('move a delivery from its drone to its end, and everybody is told', async () => {
    const deliveryId = await created('whole');
    await fleet.sendMission({ kind: 'assigned', deliveryId, sequence: 1 });
    await eventually(async () => (await read(deliveryId)).droneId === 'drone-1');
    assert.equal((await read(deliveryId)).pickupETA, new Date(pickupMs + 30_000).toISOString());
    await fleet.sendMission({ kind: 'departed', deliveryId, sequence: 2 });
    await reaches(deliveryId, 'HeadedToPickup');
    await fleet.sendMission({ kind: 'picked-up', deliveryId, sequence: 3 });
    await reaches(deliveryId, 'HeadedToDropoff');
    await fleet.sendMission({ kind: 'delivered', deliveryId, sequence: 4 });
    await reaches(deliveryId, 'Completed');

    const stages = await eventually(() => fleet.stagesOf(deliveryId).length === 4 && fleet.stagesOf(deliveryId));
    assert.deepEqual(
      stages.map(({ data }) => [data.previousStage, data.stage]),
      [
        [null, 'Created'],
        ['Created', 'HeadedToPickup'],
        ['HeadedToPickup', 'HeadedToDropoff'],
        ['HeadedToDropoff', 'Completed'],
      ],
    );
    assert.ok(stages.every((event) => event.traceparent?.includes('0af7651916cd43dd8448eb211c80319c')));
    const { items } = await read(deliveryId, '/history');
    assert.deepEqual(
      items.map(({ kind }: { kind: string }) => kind),
      ['created', 'assigned', 'departed', 'picked-up', 'delivered', 'completed'],
    );
    const { deliveredAt, deliveryETA } = await read(deliveryId);
    assert.notEqual(deliveredAt, null);
    assert.equal(deliveryETA, deliveredAt);
  });

  test('in a wrong order, doubled and missing still lead to the end', async () => {
    const deliveryId = await created('disordered');
    await Promise.all(
      (
        [
          ['delivered', 4],
          ['picked-up', 3],
          ['delivered', 4],
          ['assigned', 1],
        ] as const
      ).map(([kind, sequence]) => fleet.sendMission({ kind, deliveryId, sequence })),
    );
    await reaches(deliveryId, 'Completed');
    const { items } = await read(deliveryId, '/history');
    const stages = items.map(({ stage }: { stage: string }) => stage);
    assert.deepEqual([...new Set(stages)], ['Created', 'HeadedToPickup', 'HeadedToDropoff', 'Completed']);
  });

  test('that cannot be read are dead-lettered with the reason', async () => {
    await fleet.sendRaw(topics.droneEvents, '{"specversion":"1.0"}');
    await fleet.sendRaw(topics.dronePositions, 'no JSON');
    for (const topic of [topics.droneEvents, topics.dronePositions]) {
      const [letter] = await eventually(async () => {
        const letters = await fleet.deadLetters(topic);
        return letters.length > 0 && letters;
      });
      assert.equal(letter?.reason, 'unreadable');
    }
  });

  test('of a delivery that nobody knows are passed over', async () => {
    await fleet.sendMission({ kind: 'departed', deliveryId: 'unheard-of' });
    const deliveryId = await created('after-the-unknown');
    await fleet.sendMission({ kind: 'departed', deliveryId });
    await reaches(deliveryId, 'HeadedToPickup');
  });

  test('keep a re-planned delivery heading to its pickup', async () => {
    const deliveryId = await created('re-planned');
    await fleet.sendMission({ kind: 'departed', deliveryId });
    await reaches(deliveryId, 'HeadedToPickup');
    const { status, body } = await delivery.asService('PATCH', `/v1/deliveries/${deliveryId}`, replanBody());
    assert.deepEqual([status, body.stage], [200, 'HeadedToPickup']);
    await fleet.sendMission({ kind: 'picked-up', deliveryId, sequence: 5 });
    await reaches(deliveryId, 'HeadedToDropoff');
    const other = replanBody({ requestId: 'request-3', requestSequence: '102' });
    const refused = await delivery.asService('PATCH', `/v1/deliveries/${deliveryId}`, other);
    assert.equal(refused.body.type, 'urn:drone-delivery:problem:delivery-under-way');
    const cancel = { stage: 'Cancelled', reason: { code: 'cancelled', text: 'As asked' }, requestId: 'request-4' };
    const kept = await delivery.asService('PUT', `/v1/deliveries/${deliveryId}/outcome`, cancel);
    assert.equal(kept.body.type, 'urn:drone-delivery:problem:delivery-under-way');
  });
});

describe('positions', () => {
  test('show in the status with times of arrival that follow them', async () => {
    const deliveryId = await created('watched');
    await fleet.sendMission({ kind: 'assigned', deliveryId, sequence: 1 });
    await fleet.sendMission({ kind: 'picked-up', deliveryId, sequence: 3 });
    await reaches(deliveryId, 'HeadedToDropoff');
    const near = { latitude: 47.649, longitude: -122.349, altitude: 80 };
    const far = { latitude: 47.61, longitude: -122.31, altitude: 80 };
    const activity = 'EnRouteToDropoff' as const;
    await fleet.sendPositions({ deliveryId, telemetrySequence: 1, location: far, activity });
    await eventually(async () => (await read(deliveryId, '/status')).lastKnownLocation?.latitude === far.latitude);
    const before = await read(deliveryId, '/status');
    await fleet.sendPositions({ deliveryId, telemetrySequence: 2, location: near, activity });
    await eventually(async () => (await read(deliveryId, '/status')).lastKnownLocation?.latitude === near.latitude);
    const now = await read(deliveryId, '/status');
    const sooner = Date.parse(before.deliveryETA) - Date.parse(now.deliveryETA);
    // About five kilometres at about twenty metres a second.
    assert.ok(sooner > 180_000 && sooner < 320_000, `${sooner} ms`);
    await fleet.sendPositions({ deliveryId, telemetrySequence: 1, location: far, activity });
    await fleet.sendPositions({ deliveryId, telemetrySequence: 3, location: { ...near, altitude: 10 }, activity });
    await eventually(async () => (await read(deliveryId, '/status')).lastKnownLocation?.altitude === 10);
  });
});

describe('a watcher', () => {
  test('on another replica sees the present status, each change, and the end', async () => {
    const deliveryId = await created('streamed');
    const watching = watch(deliveryId, delivery.urls[1] ?? '');
    const { events } = watching;
    await eventually(() => events.length === 1);
    await fleet.sendMission({ kind: 'departed', deliveryId, sequence: 2 });
    await eventually(() => events.at(-1)?.stage === 'HeadedToPickup');
    await fleet.sendPositions({ deliveryId });
    await eventually(() => events.at(-1)?.lastKnownLocation !== null);
    await fleet.sendMission({ kind: 'delivered', deliveryId, sequence: 4 });
    await watching.ended;
    assert.equal(events.at(-1)?.stage, 'Completed');
    assert.equal(events[0]?.stage, 'Created');
  });
});

describe('a required confirmation', () => {
  const voice = { type: 'Voice', reference: 'I have it' };

  async function droppedOff(id: string): Promise<string> {
    const deliveryId = await created(id, { confirmationRequired: 'Voice' });
    const early = await delivery.asShipper('POST', `/v1/deliveries/${deliveryId}/confirmations`, voice);
    assert.equal(early.body.type, 'urn:drone-delivery:problem:confirmation-not-expected');
    await fleet.sendMission({ kind: 'delivered', deliveryId, sequence: 4 });
    await eventually(async () => (await read(deliveryId)).awaitingConfirmation === true);
    return deliveryId;
  }

  test('completes the delivery, once', async () => {
    const path = `/v1/deliveries/${await droppedOff('confirmed')}/confirmations`;
    const wrong = await delivery.asShipper('POST', path, { ...voice, type: 'Picture' });
    assert.equal(wrong.body.type, 'urn:drone-delivery:problem:confirmation-not-expected');
    const first = await delivery.asShipper('POST', path, voice);
    assert.equal(first.status, 201);
    const again = await delivery.asShipper('POST', path, voice);
    assert.deepEqual([again.status, again.body], [200, first.body]);
    const other = await delivery.asShipper('POST', path, { ...voice, reference: 'once more' });
    assert.equal(other.body.type, 'urn:drone-delivery:problem:delivery-terminal');
    assert.equal((await read('confirmed')).stage, 'Completed');
  });

  test('that does not come fails it', async () => {
    await droppedOff('unconfirmed');
    await reaches('unconfirmed', 'Failed');
    assert.equal((await read('unconfirmed')).reason.code, 'confirmation-missing');
  });
});

interface SeenStatus {
  readonly stage: string;
  readonly lastKnownLocation: object | null;
}

/** Reads the stream as a browser's `fetch` would. */
function watch(deliveryId: string, url: string) {
  const events: SeenStatus[] = [];
  const ended = (async () => {
    const authorization = delivery.authorization({ roles: ['shipper'], businessId: 'shop' });
    const answer = await fetch(`${url}/v1/deliveries/${deliveryId}/events`, { headers: { authorization } });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    let text = '';
    for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const blocks = `${text}${chunk}`.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) events.push(JSON.parse(data));
      }
    }
  })();
  return { events, ended };
}
