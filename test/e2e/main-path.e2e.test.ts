import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Delivery, DeliveryStatusEvent, Drone, Invoice } from '@dronedelivery/contracts';
import { ApiClient, type Page } from '@dronedelivery/local/api-client';
import { assertInvariants } from '../support/assert-invariants.ts';
import { finalStages, history, request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';

/** Lets a test see a pickup that is too far ahead to bind a drone, without waiting for a quarter of an hour. */
const shortAssignAhead = {
  workflow: { ASSIGN_AHEAD_MS: '5000' },
  'drone-scheduler': { ASSIGN_AHEAD_MS: '5000' },
} as const;

suite('the main path through the edge, with real processes', () => {
  let running: TestSystem;
  before(async () => {
    running = await startTestSystem({ settings: shortAssignAhead });
  });
  after(() => running[Symbol.asyncDispose]());

  // Each waits for its own flight most of the time, and twelve drones fly at once.
  suite('requests', { concurrency: 6 }, () => {
    test('the published validation request is delivered, and the customer sees it fly', async () => {
      const { customer } = running;
      const id = await request(customer, validationRequest());
      await untilStage(customer, id, ['Created', 'HeadedToPickup', 'HeadedToDropoff', 'Completed']);
      const seen: DeliveryStatusEvent[] = [];
      for await (const { event, data } of customer.watch(`/v1/deliveries/${id}/events`, AbortSignal.timeout(60_000))) {
        if (event === 'status') seen.push(data as DeliveryStatusEvent);
      }
      assert.equal(seen.at(-1)?.stage, 'Completed');
      const places = new Set(seen.map(({ lastKnownLocation: at }) => at && `${at.latitude},${at.longitude}`));
      assert.ok(places.size >= 3, `the drone was seen at ${places.size} places`);
      const delivery = await untilStage(customer, id, ['Completed']);
      assert.deepEqual(delivery.owner, { userId: 'myowner', accountId: running.system.info.demo.businessId });
      assert.ok(delivery.droneId !== null && delivery.pickedUpAt !== null && delivery.deliveredAt !== null);
      const stages = (await history(customer, id)).map(({ stage }) => stage);
      assert.deepEqual([...new Set(stages)], ['Created', 'HeadedToPickup', 'HeadedToDropoff', 'Completed']);
    });

    test('a pickup in the future is recorded at once and flown at its time', async () => {
      const { customer } = running;
      const pickupTime = new Date(Date.now() + 12_000).toISOString();
      const id = await request(customer, validationRequest({ pickupTime }));
      const created = await untilStage(customer, id, ['Created']);
      assert.equal(created.droneId, null);
      const delivery = await untilStage(customer, id, ['Completed']);
      assert.ok(Date.parse(delivery.pickedUpAt ?? '') >= Date.parse(pickupTime), `picked up at ${delivery.pickedUpAt}`);
    });

    test('a cancel before the assignment ends the delivery, and no drone flies', async () => {
      const { customer } = running;
      const pickupTime = new Date(Date.now() + 3_600_000).toISOString();
      const id = await request(customer, validationRequest({ pickupTime }));
      await untilStage(customer, id, ['Created']);
      const answer = await customer.request('DELETE', `/v1/deliveryrequests/${id}`);
      assert.equal(answer.status, 202);
      const delivery = await untilStage(customer, id, ['Cancelled']);
      assert.equal(delivery.droneId, null);
    });

    test('a cancel after the assignment sends the drone home', async () => {
      const { customer, operator } = running;
      const id = await request(customer, validationRequest({ pickupLocation: '47.6300,-122.2950' }));
      const assigned = await until(customer, id, 'an assigned drone', ({ droneId }) => droneId !== null);
      const drone = () => operator.request<Drone>('GET', `/v1/drones/${assigned.droneId}`);
      const { missionId } = (await drone()).body;
      assert.notEqual(missionId, null);
      await customer.request('DELETE', `/v1/deliveryrequests/${id}`);
      await untilStage(customer, id, ['Cancelled']);
      // On its way home it is free: another delivery may have it by now.
      assert.notEqual((await drone()).body.missionId, missionId);
    });

    test('a cancel with the parcel on board is refused, and the history says why', async () => {
      const { customer } = running;
      const dropOffLocation = { latitude: 47.64, longitude: -122.3 };
      const id = await request(customer, validationRequest({ dropOffLocation }));
      await untilStage(customer, id, ['HeadedToDropoff']);
      await customer.request('DELETE', `/v1/deliveryrequests/${id}`);
      await untilStage(customer, id, ['Completed']);
      const refused = (await history(customer, id)).find(({ kind }) => kind === 'refused');
      assert.equal(refused?.reason?.code, 'parcel-on-board');
    });

    test('a reschedule moves the drop-off of a delivery on its way to the pickup', async () => {
      const { customer } = running;
      const pickupTime = new Date(Date.now() + 4_000).toISOString();
      const id = await request(customer, validationRequest({ pickupTime }));
      const before_ = await until(customer, id, 'an assigned drone', ({ droneId }) => droneId !== null);
      const dropOffLocation = { latitude: 47.6155, longitude: -122.3205 };
      const answer = await customer.request('PATCH', `/v1/deliveryrequests/${id}`, { dropOffLocation });
      assert.equal(answer.status, 202);
      const delivery = await untilStage(customer, id, ['Completed']);
      assert.deepEqual(delivery.dropoff, dropOffLocation);
      assert.ok(delivery.planRevision > before_.planRevision);
    });

    test('one trace leads from the edge to the events of the drone', async () => {
      const { customer } = running;
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
      const id = await request(customer, validationRequest(), { traceparent });
      await untilStage(customer, id, ['Completed']);
      const events = await history(customer, id);
      const kinds = new Set(events.map(({ kind }) => kind));
      assert.ok(kinds.has('departed') || kinds.has('picked-up'), [...kinds].join());
      assert.deepEqual([...new Set(events.map((event) => event.traceId))], [traceId]);
    });

    test('the same idempotency key asks for one delivery', async () => {
      const { customer } = running;
      const headers = { 'idempotency-key': 'only-once' };
      const first = await request(customer, validationRequest(), headers);
      const second = await request(customer, validationRequest({ expedited: false }), headers);
      assert.equal(second, first);
      const delivery = await untilStage(customer, first, finalStages);
      assert.equal(delivery.expedited, true);
    });

    test('a second business sees nothing of the first', async () => {
      const { customer, system } = running;
      const id = await request(customer, validationRequest());
      await untilStage(customer, id, finalStages);
      const registered = await fetch(`${system.info.edgeUrl}/v1/businesses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Second business' }),
      });
      assert.equal(registered.status, 201);
      const { client } = (await registered.json()) as { client: { clientId: string; clientSecret: string } };
      const stranger = new ApiClient(system.info.edgeUrl, client);
      for (const path of ['', '/status', '/owner', '/history', '/events', '/notifications']) {
        const answer = await stranger.request('GET', `/v1/deliveries/${id}${path}`);
        assert.equal(answer.status, 404, path);
      }
      const list = await stranger.request<Page<Delivery>>('GET', '/v1/deliveries');
      assert.deepEqual(list.body.items, []);
      const cancel = await stranger.request('DELETE', `/v1/deliveryrequests/${id}`);
      assert.equal(cancel.status, 202);
      assert.equal((await stranger.request('GET', '/v1/packages/mypackage')).status, 404);
    });

    test('the invoice adds up what three services know', async () => {
      const { customer } = running;
      const ownerId = 'billed';
      const id = await request(customer, validationRequest({ ownerId, packageInfo: { size: 'Medium', weight: 3 } }));
      await untilStage(customer, id, ['Completed']);
      const now = new Date();
      const query = `year=${now.getUTCFullYear()}&month=${now.getUTCMonth() + 1}`;
      const answer = await customer.request<Invoice>('GET', `/v1/invoices/${ownerId}?${query}`);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.equal(answer.body.deliveries.completed, 1);
      assert.equal(answer.body.packages.totalWeight, 3);
      assert.ok(answer.body.utilization.traveledMiles > 0);
      assert.ok(answer.body.total > 0);
    });
  });

  test('the invariants hold', () => assertInvariants(running));
});
