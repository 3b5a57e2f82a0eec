import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Delivery, Drone, PutDroneDelivery } from '@dronedelivery/contracts';
import { distanceM } from '@dronedelivery/geo';
import { eventually, seededRandom } from '@dronedelivery/testing';
import { history, request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { holdFlights, untilActivity } from '../support/flights.ts';
import { callAsSaga } from '../support/service-calls.ts';
import type { TestSystem } from '../support/test-system.ts';
import { endingAs, farPickup, newDropOff, pickupTimeIn } from './delivery-plans.ts';
import type { RaceTest } from './race-suite.ts';

const pickupRoundsMax = 8;
const pickupShiftMs = 700;
const onBoard = ['parcel-on-board', 'delivery-under-way'];

/** Requests to change or end a delivery that race with its create, or with its drone. */
export function changeRaces(race: RaceTest): void {
  race('a cancel that overtakes its create ends the delivery for good', async ({ running, queue }) => {
    const random = seededRandom(11);
    const creates = Array.from({ length: 6 }, () => queue.create());
    for (const create of creates) {
      await queue.send(create, { inMs: random.integer(100, 900) });
      await cancel(running, create.deliveryId);
    }
    for (const { deliveryId } of creates) {
      await untilStage(running.customer, deliveryId, ['Cancelled']);
      const delivery = await until(running.customer, deliveryId, 'its create', ({ parcel }) => parcel !== null);
      assert.deepEqual([delivery.stage, delivery.droneId], ['Cancelled', null]);
      assert.equal(await missionOf(running, deliveryId), 'Released');
    }
    return endingAs(
      'Cancelled',
      creates.map(({ deliveryId }) => deliveryId),
    );
  });

  race('a cancel while a drone is being assigned leaves no reservation', async ({ running }) => {
    const random = seededRandom(12);
    const pickupTime = pickupTimeIn(60_000);
    const ids = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const id = await request(running.customer, validationRequest({ pickupTime }));
        await delay(random.integer(0, 30));
        await cancel(running, id);
        return id;
      }),
    );
    for (const id of ids) {
      await untilStage(running.customer, id, ['Cancelled']);
      assert.equal(await missionOf(running, id), 'Released');
    }
    return endingAs('Cancelled', ids);
  });

  race('a cancel while the drone loads: no parcel leaves, and the drone goes home', async ({ running, struck }) => {
    const { customer } = running;
    const id = await request(customer, validationRequest());
    const { droneId } = await until(customer, id, 'a drone', (delivery) => delivery.droneId !== null);
    await untilActivity(running, droneId, 'Loading');
    await using _held = await holdFlights(running);
    const missionId = await missionOfDrone(running, droneId);
    assert.notEqual(missionId, null);
    struck();
    await cancel(running, id);
    await untilStage(customer, id, ['Cancelled']);
    assert.equal(await missionOf(running, id), 'Released');
    // On its way home it is free: an ordinary delivery may have it by now.
    assert.notEqual(await missionOfDrone(running, droneId), missionId);
    const gaveUp = async () => (await activityOf(running, droneId)) !== 'Loading';
    await eventually(gaveUp, { timeoutMs: 30_000, what: `the end of ${droneId}'s loading` });
    assert.ok(!(await kinds(running, id)).includes('picked-up'));
    return endingAs('Cancelled', [id]);
  });

  race(
    'a cancel at the moment of the pickup either ends the delivery or is refused, never both',
    async ({ running }) => {
      const random = seededRandom(13);
      const endings = new Map<string, 'Cancelled' | 'Completed'>();
      const count = (end: string) => [...endings.values()].filter((one) => one === end).length;
      // How long a cancel takes depends on the machine: where all were in time they come later, and the other way round.
      let laterMs = 0;
      for (let round = 0; count('Cancelled') === 0 || count('Completed') === 0; round++) {
        assert.ok(round < pickupRoundsMax, `of ${endings.size} cancels ${count('Cancelled')} were in time`);
        const around = () => cancelAround(running, () => laterMs + random.integer(-400, 900));
        const ids = await Promise.all(Array.from({ length: 8 }, around));
        await Promise.all(ids.map(async (id) => endings.set(id, await endAfterCancel(running, id))));
        laterMs += count('Completed') === 0 ? pickupShiftMs : -pickupShiftMs;
      }
      console.log(`cancelled in time: ${count('Cancelled')} of ${endings.size}`);
      return endings;
    },
  );

  race('a cancel after the pickup is refused, and the history says why', async ({ running, struck }) => {
    const { customer } = running;
    const id = await request(customer, validationRequest());
    await untilStage(customer, id, ['HeadedToDropoff']);
    await using held = await holdFlights(running);
    struck();
    await cancel(running, id);
    const refusal = await refusalOf(running, id);
    assert.equal(refusal.reason?.code, 'parcel-on-board');
    await held[Symbol.asyncDispose]();
    return endingAs('Completed', [id]);
  });

  race('a reschedule that overtakes its create waits for it', async ({ running, queue }) => {
    const create = queue.create();
    const id = create.deliveryId;
    await queue.send(create, { inMs: 700, sequence: 1 });
    await reschedule(running, id, { dropOffLocation: newDropOff });
    const moved = await until(running.customer, id, 'the new drop-off', hasNewDropOff);
    assert.ok(moved.planRevision > 1, `revision ${moved.planRevision}`);
    return endingAs('Completed', [id]);
  });

  race('a reschedule whose create never comes is given up', async ({ running, queue }) => {
    const { deliveryId: id } = queue.create();
    await reschedule(running, id, { dropOffLocation: newDropOff });
    await eventually(async () => (await queue.waiting(id)).length > 0, { what: 'a waiting copy' });
    await eventually(async () => (await queue.waiting(id)).length === 0, { what: 'its end', timeoutMs: 30_000 });
    assert.equal((await running.customer.request('GET', `/v1/deliveries/${id}`)).status, 404);
    return endingAs('Cancelled', []);
  });

  race('of two reschedules out of order the one that was asked for later wins', async ({ running, queue }) => {
    const { customer } = running;
    const create = queue.create(undefined, { pickupTime: pickupTimeIn(60_000) });
    const id = create.deliveryId;
    await queue.send(create, { sequence: 1 });
    await until(customer, id, 'a drone', ({ droneId }) => droneId !== null);
    const earlier = queue.reschedule(id, { dropOff: farPickup });
    await reschedule(running, id, { dropOffLocation: newDropOff, pickupTime: pickupTimeIn(0) });
    await queue.send(earlier, { inMs: 300, sequence: 2 });
    await until(customer, id, 'the later plan', hasNewDropOff);
    const refusal = await refusalOf(running, id);
    assert.deepEqual([refusal.requestId, refusal.reason?.code], [earlier.requestId, 'plan-superseded']);
    assert.ok(hasNewDropOff(await until(customer, id, 'the plan', () => true)));
    return endingAs('Completed', [id]);
  });

  race('a reschedule while the drone flies to the pickup keeps the stage, and the drone follows', async (ground) => {
    const { running, struck } = ground;
    const { customer } = running;
    const id = await request(customer, validationRequest());
    await untilStage(customer, id, ['HeadedToPickup']);
    await using held = await holdFlights(running);
    const { planRevision, droneId } = await until(customer, id, 'the plan', () => true);
    struck();
    await reschedule(running, id, { dropOffLocation: newDropOff });
    const moved = await until(customer, id, 'the new drop-off', hasNewDropOff);
    assert.deepEqual([moved.stage, moved.droneId], ['HeadedToPickup', droneId]);
    assert.ok(moved.planRevision > planRevision, `revision ${moved.planRevision} after ${planRevision}`);
    await held[Symbol.asyncDispose]();
    await untilStage(customer, id, ['Completed']);
    const delivered = (await history(customer, id)).find(({ kind }) => kind === 'delivered');
    assert.ok(delivered?.location && distanceM(delivered.location, newDropOff) < 100, JSON.stringify(delivered));
    return endingAs('Completed', [id]);
  });

  race('a plan that comes after its release is refused by every replica', async ({ running, queue }) => {
    const create = queue.create();
    const id = create.deliveryId;
    await cancel(running, id);
    await untilStage(running.customer, id, ['Cancelled']);
    const { plan, ownerId, parcel, expedited } = create;
    const { size: packageSize, weightKg } = parcel;
    const put: PutDroneDelivery = { ownerId, ...plan, expedited, packageSize, weightKg, requestSequence: '9999999' };
    for (const instance of ['drone-scheduler', 'drone-scheduler-2']) {
      const answer = await callAsSaga(running, instance, 'PUT', droneDelivery(running, id), put);
      assert.deepEqual([answer.status, answer.body.type], [409, 'urn:drone-delivery:problem:released']);
    }
    assert.equal(await missionOf(running, id), 'Released');
    return endingAs('Cancelled', [id]);
  });
}

/** Cancels so long before or after the pickup that was told. */
async function cancelAround(running: TestSystem, offsetMs: () => number): Promise<string> {
  const { customer } = running;
  const id = await request(customer, validationRequest());
  const { pickupETA } = await until(customer, id, 'a drone', ({ droneId }) => droneId !== null);
  await delay(Math.max(0, Date.parse(pickupETA ?? '') + offsetMs() - Date.now()));
  await cancel(running, id);
  return id;
}

/** Which of the two came first; and that the other was refused. */
async function endAfterCancel(running: TestSystem, id: string): Promise<'Cancelled' | 'Completed'> {
  const { stage } = await untilStage(running.customer, id, ['Cancelled', 'HeadedToDropoff', 'Completed']);
  if (stage === 'Cancelled') {
    assert.equal(await missionOf(running, id), 'Released');
    assert.ok(!(await kinds(running, id)).includes('picked-up'));
    return stage;
  }
  const { reason } = await refusalOf(running, id);
  assert.ok(onBoard.includes(reason?.code ?? ''), JSON.stringify(reason));
  return 'Completed';
}

async function cancel({ customer }: TestSystem, id: string): Promise<void> {
  const answer = await customer.request('DELETE', `/v1/deliveryrequests/${id}`);
  assert.equal(answer.status, 202);
}

async function reschedule({ customer }: TestSystem, id: string, changes: object): Promise<void> {
  const answer = await customer.request('PATCH', `/v1/deliveryrequests/${id}`, changes);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
}

function hasNewDropOff({ dropoff }: Delivery): boolean {
  return dropoff?.latitude === newDropOff.latitude && dropoff.longitude === newDropOff.longitude;
}

async function kinds({ customer }: TestSystem, id: string): Promise<string[]> {
  return (await history(customer, id)).map(({ kind }) => kind);
}

function refusalOf({ customer }: TestSystem, id: string) {
  const find = async () => (await history(customer, id)).find(({ kind }) => kind === 'refused');
  return eventually(find, { timeoutMs: 30_000, intervalMs: 50, what: 'the refusal' });
}

async function missionOf(running: TestSystem, id: string): Promise<string> {
  const { body } = await callAsSaga(running, 'drone-scheduler', 'GET', droneDelivery(running, id));
  return (body as { readonly state: string }).state;
}

async function missionOfDrone(running: TestSystem, droneId: string | null): Promise<string | null> {
  return (await droneOf(running, droneId)).missionId;
}

async function activityOf(running: TestSystem, droneId: string | null): Promise<Drone['activity']> {
  return (await droneOf(running, droneId)).activity;
}

async function droneOf({ operator }: TestSystem, droneId: string | null): Promise<Drone> {
  return (await operator.request<Drone>('GET', `/v1/drones/${droneId}`)).body;
}

function droneDelivery({ system }: TestSystem, id: string): string {
  return `/v1/dronedeliveries/${id}?businessId=${system.info.demo.businessId}`;
}
