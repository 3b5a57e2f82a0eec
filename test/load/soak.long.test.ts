import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type DeliveryRequestAccepted, type Problem, queues, topics } from '@dronedelivery/contracts';
import type { ApiClient } from '@dronedelivery/local/api-client';
import { eventually } from '@dronedelivery/testing';
import { assertInvariants } from '../support/assert-invariants.ts';
import { validationRequest } from '../support/deliveries.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';
import { Resources } from './resources.ts';
import type { Trend } from './trend.ts';

const minutes = Number(process.env.SOAK_MINUTES ?? 30);
/** Half of what two cores sustain while the drones fly a hundred times as fast. */
const perSecond = Number(process.env.SOAK_PER_SECOND ?? 150);
const drones = 20 * perSecond;
const sampleMs = 5_000;
const lingerMs = 60_000;
/** Until caches and the broker's ten minutes of known message ids are full. */
const warmUpMs = Math.min(12, 0.5 * minutes) * 60_000;
const drainLimitMs = 180_000;

/** In a short form of the test caches are still filling, and the pools of connections breathe. */
const isShort = minutes < 20;
const memoryRiseMax = isShort ? 0.25 : 0.1;

/** Of connections that are never idle, such as the fleet's for its telemetry. */
const heldDescriptorsMax = 16;
/** Both halves of a young generation, which grows to its limit with the garbage that it has seen: in some processes late. */
const youngMb = 32;
/** What a line may rise by in the measured time: least squares over samples that go up and down with the collector. */
const tolerances: readonly (readonly [string, (trend: Trend) => number])[] = [
  ['memory of ', ({ mean }) => youngMb + Math.max(15, memoryRiseMax * mean)],
  // Whoever asks while the machine stands still opens a connection, and each is kept for a minute and more.
  ['descriptors of ', () => perSecond],
  ['length of ', () => 2 * perSecond],
  ['answered after', () => 100],
  ['disk of broker', () => 16],
];
/** The stores keep what has ended, and the logs tell of it: so much for each delivery. */
const kilobytesPerDeliveryMax = 16;

interface Status {
  readonly entities: readonly { readonly name: string; readonly active: number }[];
}

suite(`${minutes} minutes at ${perSecond} requests a second`, () => {
  let running: TestSystem;
  let resources: Resources;
  /** One for all: each new one signs in, and its token is remembered by those who verify it. */
  let customer: ApiClient;
  const accepted: string[] = [];
  const failures = new Map<string, number>();
  before(async () => {
    running = await startTestSystem({
      drones,
      timeScale: 100,
      logLevel: 'warn',
      settings: { delivery: { LINGER_MS: String(lingerMs) }, edge: { RATE_PER_S: '100000', RATE_BURST: '100000' } },
    });
    resources = new Resources(running);
    customer = running.customer;
  });
  after(() => running[Symbol.asyncDispose]());

  async function ask(): Promise<void> {
    const beganAt = performance.now();
    const body = validationRequest({ packageInfo: { size: 'Small', weight: 1 } });
    const answer = await customer
      .request<Partial<DeliveryRequestAccepted & Problem>>('POST', '/v1/deliveryrequests', body)
      .catch(() => undefined);
    resources.note('answered after', performance.now() - beganAt);
    const what = `${answer?.status ?? 'no answer'} ${answer?.body?.type ?? ''}`.trimEnd();
    if (answer?.body.deliveryId !== undefined && answer.status === 202) accepted.push(answer.body.deliveryId);
    else failures.set(what, (failures.get(what) ?? 0) + 1);
  }

  async function lookOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await resources.look();
      await delay(sampleMs);
    }
  }

  /** As many as are due, whatever has become of the others. */
  async function askFor(forMs: number): Promise<void> {
    const startedAt = performance.now();
    const underWay = new Set<Promise<void>>();
    for (let asked = 0; performance.now() - startedAt < forMs; ) {
      const due = ((performance.now() - startedAt) * perSecond) / 1000;
      for (; asked < due; asked++) {
        const asking = ask().finally(() => underWay.delete(asking));
        underWay.add(asking);
      }
      await delay(20);
    }
    await Promise.all(underWay);
  }

  test('take no more of anything at the end than at the beginning', async () => {
    await askFor(warmUpMs);
    const acceptedBefore = accepted.length;
    const heldBefore = await resources.held();
    const measuredFromMs = Date.now();
    const looking = new AbortController();
    const looked = lookOn(looking.signal);
    await askFor(minutes * 60_000 - warmUpMs);
    looking.abort();
    await looked;
    const heldAfter = await resources.held();
    const trends = resources.trends(measuredFromMs);
    tell(trends);
    const beyond = [...kept(heldBefore, heldAfter), ...risen(trends, accepted.length - acceptedBefore)];
    assert.deepEqual(beyond, []);
    assert.deepEqual([...failures], [], 'at half load nobody is turned away');
  });

  test('and all that was accepted has ended', async () => {
    const url = running.system.info.services.broker?.url;
    const areEmpty = async () => {
      const { entities } = (await (await fetch(`${url}/status`)).json()) as Status;
      return [queues.deliveryRequests, topics.droneEvents].every((name) =>
        entities.every((entity) => !entity.name.startsWith(name) || entity.active === 0),
      );
    };
    await eventually(areEmpty, { timeoutMs: drainLimitMs, intervalMs: 500, what: 'empty queues' });
    await assertInvariants(running, accepted);
  });
});

function tell(trends: ReadonlyMap<string, Trend>): void {
  for (const [name, { mean, perMinute, rise }] of trends) {
    if (mean === 0) continue;
    console.log(
      `${name.padEnd(48)} mean ${mean.toFixed(1)}, ${perMinute.toFixed(2)} a minute, ${rise.toFixed(1)} in all`,
    );
  }
}

/** Where a service holds more than a little more than before. */
function kept(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): string[] {
  return [...after].flatMap(([name, value]) => {
    const earlier = before.get(name) ?? 0;
    console.log(`${name.padEnd(48)} ${earlier.toFixed(1)}, then ${value.toFixed(1)}`);
    const most = name.startsWith('memory')
      ? earlier + Math.max(10, memoryRiseMax * earlier)
      : earlier + heldDescriptorsMax;
    return value > most ? [`${name}: ${value.toFixed(1)}, more than ${most.toFixed(1)}`] : [];
  });
}

function risen(trends: ReadonlyMap<string, Trend>, deliveries: number): string[] {
  const beyond = [...trends].flatMap(([name, trend]) => {
    const [, allowed] = tolerances.find(([prefix]) => name.startsWith(prefix)) ?? [];
    const most = allowed?.(trend) ?? Number.POSITIVE_INFINITY;
    return trend.rise > most ? [`${name} rises by ${trend.rise.toFixed(1)}, more than ${most.toFixed(1)}`] : [];
  });
  const stored = [...trends].filter(([name]) => name.startsWith('disk of ') && name !== 'disk of broker');
  const kilobytes = (1000 * stored.reduce((sum, [, { rise }]) => sum + rise, 0)) / deliveries;
  console.log(`the stores grow by ${kilobytes.toFixed(1)} kB a delivery`);
  if (kilobytes > kilobytesPerDeliveryMax) beyond.push(`the stores grow by ${kilobytes.toFixed(1)} kB a delivery`);
  return beyond;
}
