import assert from 'node:assert/strict';
import { type DroneDelivery, queues, subscriptions, topics } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import { brokerFaults } from '../support/broker-faults.ts';
import { history, request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { logLines } from '../support/process-log.ts';
import type { RequestQueue } from '../support/request-queue.ts';
import { callAsSaga } from '../support/service-calls.ts';
import type { TestSystem } from '../support/test-system.ts';
import { endingAs, newDropOff, pickupTimeIn } from './delivery-plans.ts';
import type { RaceTest } from './race-suite.ts';

const assignAheadMs = 15 * 60_000;
const workflows = ['workflow', 'workflow-2'] as const;
const settled = { timeoutMs: 30_000, intervalMs: 100, what: 'the second end of each request' } as const;
const droneEvents = `${topics.droneEvents}/Subscriptions/${subscriptions.delivery}`;

/** Messages that the broker hands out again although they were handled, or are being handled. */
export function redeliveryRaces(race: RaceTest): void {
  race('every message is handled twice at the same time: each thing happens once', async ({ running, struck }) => {
    await using _twice = await goWrong(running, [
      { kind: 'deliver-twice', entity: queues.deliveryRequests },
      { kind: 'deliver-twice', entity: droneEvents },
    ]);
    struck();
    const since = Date.now();
    const ended = await changeMany(running);
    let overlaps = 0;
    for (const id of ended.keys()) {
      await eventually(() => assertHandledTwice(running, id, since), settled);
      overlaps += overlapsOf(running, id, since);
    }
    assert.ok(overlaps > 0, 'the second copy always came after the end of the first');
    for (const [id, stage] of ended) if (stage === 'Completed') await assertPlannedTwice(running, id);
    return ended;
  });

  race('locks run out at random while their messages are in hand: each thing happens once', async (ground) => {
    await using _early = await goWrong(ground.running, [
      { kind: 'expire-lock', entity: queues.deliveryRequests, probability: 0.5, seed: 41, delayMs: 5 },
      { kind: 'expire-lock', entity: droneEvents, probability: 0.5, seed: 42, delayMs: 5 },
    ]);
    ground.struck();
    return await changeMany(ground.running);
  });

  race('every message is handled twice, one lock after the other: each thing happens once', async (ground) => {
    const { running, queue, struck } = ground;
    struck();
    const lost = await goWrong(running, [
      { kind: 'lose-settlement', entity: queues.deliveryRequests, durationMs: 2000 },
    ]);
    const ended = await changeMany(running);
    await lost[Symbol.asyncDispose]();
    for (const id of ended.keys()) await untilForgotten(queue, id);
    for (const id of ended.keys()) await assertToldOnce(running, id);
    return ended;
  });

  race('a crash between the delayed copy and the completion leaves one copy', async ({ running, queue, struck }) => {
    const { customer } = running;
    const lost = await goWrong(running, [{ kind: 'lose-settlement', entity: queues.deliveryRequests }]);
    const pickupTime = pickupTimeIn(assignAheadMs + 60_000);
    const ids = await Promise.all(
      Array.from({ length: 6 }, () => request(customer, validationRequest({ pickupTime }))),
    );
    for (const id of ids) await untilWaiting(queue, id, ['active', 'scheduled']);
    for (const name of workflows) running.system.process(name).kill('SIGKILL');
    await lost[Symbol.asyncDispose]();
    struck();
    for (const id of ids) await untilWaiting(queue, id, ['scheduled']);
    for (const id of ids) await customer.request('DELETE', `/v1/deliveryrequests/${id}`);
    for (const id of ids) await untilStage(customer, id, ['Cancelled']);
    return endingAs('Cancelled', ids);
  });
}

async function goWrong(running: TestSystem, faults: Parameters<ReturnType<typeof brokerFaults>['set']>[0]) {
  const broker = brokerFaults(running);
  await broker.set(faults);
  return {
    [Symbol.asyncDispose]: async () => {
      for (const strikes of await broker.counts()) assert.ok(strikes > 0, 'a fault has not struck');
      await broker.clear();
    },
  };
}

/** Requests deliveries, of which some are cancelled and some rescheduled, and waits until each is on its way. */
async function changeMany(running: TestSystem) {
  const { customer } = running;
  const pickupTime = pickupTimeIn(60_000);
  const ask = (count: number) =>
    Promise.all(Array.from({ length: count }, () => request(customer, validationRequest({ pickupTime }))));
  const [cancelled, moved] = await Promise.all([ask(4), ask(4)]);
  const now = { dropOffLocation: newDropOff, pickupTime: pickupTimeIn(0) };
  for (const id of cancelled) await customer.request('DELETE', `/v1/deliveryrequests/${id}`);
  for (const id of moved) await customer.request('PATCH', `/v1/deliveryrequests/${id}`, now);
  for (const id of cancelled) await untilStage(customer, id, ['Cancelled']);
  for (const id of moved) {
    const { droneId } = await until(customer, id, 'its drone and its new plan', (delivery) => {
      return delivery.droneId !== null && delivery.dropoff?.latitude === newDropOff.latitude;
    });
    assert.notEqual(droneId, null);
  }
  for (const id of [...cancelled, ...moved]) await assertToldOnce(running, id);
  return new Map([...endingAs('Cancelled', cancelled), ...endingAs('Completed', moved)]);
}

/** Each message of a delivery, also a delayed copy, was taken twice and dealt with twice. */
function assertHandledTwice(running: TestSystem, id: string, since: number): boolean {
  const messages = stepsOf(running, id, since);
  assert.ok(messages.size >= 2, `a create and what changed it: ${[...messages.keys()]}`);
  for (const [message, steps] of messages) {
    const taken = steps.filter((step) => step === 'taken').length;
    assert.deepEqual([taken, steps.length - taken], [2, 2], `${id} ${message}: ${steps}`);
  }
  return true;
}

/** How many messages were taken a second time before they were dealt with once: the broker does not wait for that. */
function overlapsOf(running: TestSystem, id: string, since: number): number {
  return [...stepsOf(running, id, since).values()].filter(([first, second]) => first === 'taken' && second === 'taken')
    .length;
}

/** By message, in the order in which they were logged. */
function stepsOf(running: TestSystem, id: string, since: number): Map<string, string[]> {
  const lines = workflows
    .flatMap((name) => logLines(running, name, since))
    .filter(({ deliveryId }) => deliveryId === id)
    .sort((a, b) => a.time.localeCompare(b.time));
  const messages = Map.groupBy(lines, ({ kind, attempt }) => `${kind} ${attempt}`);
  return new Map(
    [...messages].map(([message, steps]) => [
      message,
      steps.map(({ msg }) => (msg === 'request taken' ? 'taken' : 'dealt with')),
    ]),
  );
}

/** Once for its create and once for its reschedule: a request that is handled again plans nothing. */
async function assertPlannedTwice(running: TestSystem, id: string): Promise<void> {
  const route = `/v1/dronedeliveries/${id}?businessId=${running.system.info.demo.businessId}`;
  const { body } = await callAsSaga(running, 'drone-scheduler', 'GET', route);
  assert.equal((body as Pick<DroneDelivery, 'revision'>).revision, 2);
}

/** A request leaves one line, however often it was handled. */
async function assertToldOnce({ customer }: TestSystem, id: string): Promise<void> {
  const told = (await history(customer, id)).map(({ kind, requestId }) => `${kind} ${requestId}`);
  const ofRequests = told.filter((line) => /^(created|cancelled|rescheduled) /.test(line));
  assert.equal(new Set(ofRequests).size, ofRequests.length, told.join());
}

type State = Awaited<ReturnType<RequestQueue['waiting']>>[number]['state'];

/** Waits until the messages of a delivery are in exactly these states. */
async function untilWaiting(queue: RequestQueue, id: string, states: readonly State[]): Promise<void> {
  const areSo = async () => {
    const found = (await queue.waiting(id)).map(({ state }) => state).sort();
    assert.deepEqual(found, states);
    return true;
  };
  await eventually(areSo, { timeoutMs: 60_000, intervalMs: 100, what: `${id} waiting as ${states}` });
}

function untilForgotten(queue: RequestQueue, id: string): Promise<void> {
  return untilWaiting(queue, id, []);
}
