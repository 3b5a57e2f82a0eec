import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { FlyMission } from '@dronedelivery/contracts';
import { destination } from '@dronedelivery/geo';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { eventually } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { locationOf } from '../src/domain/place.ts';
import { createSimulator } from '../src/service.ts';
import { StandInScheduler } from './stand-in-scheduler.ts';

const timeScale = 100;

const until = <T>(what: string, look: () => T | Promise<T>) => eventually(look, { what });

function simulate(schedulerUrl: string, changes: Record<string, string> = {}) {
  const config = readConfig({
    DRONE_SCHEDULER_URL: schedulerUrl,
    TOKEN_URL: `${schedulerUrl}/v1/oauth/token`,
    ...{ CLIENT_ID: 'drone-gateway', CLIENT_SECRET: 'secret' },
    ...{ DRONES: '5', TIME_SCALE: String(timeScale), TICK_MS: '20', TELEMETRY_BATCH_MAX: '3', FLEET_REFRESH_MS: '100' },
    ...changes,
  });
  return createSimulator(config, { logger: silentLogger });
}

async function start(context: TestContext, changes: Record<string, string> = {}) {
  const scheduler = new StandInScheduler();
  const schedulerUrl = await scheduler.listen();
  context.after(() => scheduler.close());
  const simulator = await simulate(schedulerUrl, changes);
  context.after(() => simulator[Symbol.asyncDispose]());
  await until('ready', () => isReady(simulator.url));
  return { scheduler, schedulerUrl, simulator };
}

const isReady = async (url: string) => (await fetch(`${url}/healthz/ready`)).ok;
const post = (url: string, body?: unknown) =>
  fetch(url, {
    method: 'POST',
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });

/** Some hundred metres out and back: seconds at the time scale. */
function missionFor(scheduler: StandInScheduler, droneId: string): FlyMission {
  const station = scheduler.stations.get(scheduler.drones.get(droneId)?.stationId ?? '');
  assert.ok(station !== undefined);
  const at = (bearingDeg: number) => locationOf(destination(station.location, bearingDeg, 800));
  return {
    kind: 'FlyMission',
    ...{ droneId, missionId: `mission-of-${droneId}`, revision: 1, pickup: at(0), dropOff: at(120), station },
    ...{ departAt: new Date().toISOString(), pickupTime: new Date().toISOString() },
    ...{ payloadKg: 2, loadingS: 30, unloadingS: 30 },
  };
}

function assertRisingSequences(scheduler: StandInScheduler): void {
  const last = new Map<string, number>();
  for (const { droneId, sequence } of scheduler.reports) {
    assert.ok(sequence > (last.get(droneId) ?? 0), `${droneId} reported ${sequence} after ${last.get(droneId)}`);
    last.set(droneId, sequence);
  }
}

/** What a drone told that it was at, each once as long as it lasted, from its departure on. */
function stagesOf(scheduler: StandInScheduler, droneId: string): readonly string[] {
  const told = scheduler.reportsOf(droneId).map(({ activity }) => activity);
  const stages = told.filter((activity, index) => activity !== told[index - 1]);
  return stages.slice(stages.findIndex((stage) => stage.startsWith('EnRoute')));
}

const hasFlown = (scheduler: StandInScheduler, droneId: string) => () => {
  const stages = stagesOf(scheduler, droneId);
  return stages.includes('Returning') && stages.at(-1) === 'Charging';
};

describe('the simulator', { concurrency: true }, () => {
  test('a fleet is registered, reports in bounded batches, and flies a mission to its end', async (context) => {
    const { scheduler } = await start(context);
    assert.equal(scheduler.drones.size, 5);
    await until('all were heard', () => new Set(scheduler.reports.map(({ droneId }) => droneId)).size === 5);
    assert.ok(scheduler.batchSizes.every((size) => size <= 3));

    scheduler.commands.push(missionFor(scheduler, 'drone-00002'));
    await until('home again', hasFlown(scheduler, 'drone-00002'));
    assert.deepEqual(stagesOf(scheduler, 'drone-00002'), [
      'EnRouteToPickup',
      'Loading',
      'EnRouteToDropoff',
      'Unloading',
      'Returning',
      'Charging',
    ]);
    assert.equal(scheduler.commands.length, 0);
    assertRisingSequences(scheduler);
  });

  test('a restarted simulator goes on from what the scheduler knows', async (context) => {
    const { scheduler, schedulerUrl, simulator } = await start(context);
    const mission = missionFor(scheduler, 'drone-00001');
    scheduler.commands.push(mission);
    await until('on its way with the parcel', () => stagesOf(scheduler, 'drone-00001').includes('EnRouteToDropoff'));
    await simulator[Symbol.asyncDispose]();
    const known = scheduler.drones.get('drone-00001');
    assert.ok(known !== undefined);
    scheduler.drones.set(known.droneId, { ...known, missionId: mission.missionId, command: mission });
    const before = scheduler.reports.length;

    const again = await simulate(schedulerUrl);
    context.after(() => again[Symbol.asyncDispose]());
    await until('home again', hasFlown(scheduler, 'drone-00001'));
    const [next] = scheduler.reports.slice(before).filter(({ droneId }) => droneId === 'drone-00001');
    assert.deepEqual([next?.activity, next?.missionId], ['EnRouteToDropoff', mission.missionId]);
    assert.equal(scheduler.drones.size, 5);
    assertRisingSequences(scheduler);
  });

  test('it starts before its scheduler, and is ready once the fleet is known there', async (context) => {
    const scheduler = new StandInScheduler();
    const schedulerUrl = await scheduler.listen();
    await scheduler.close();
    const simulator = await simulate(schedulerUrl);
    context.after(() => simulator[Symbol.asyncDispose]());
    assert.equal(await isReady(simulator.url), false);
    assert.equal((await fetch(`${simulator.url}/healthz/live`)).status, 200);

    await scheduler.listen(Number(new URL(schedulerUrl).port));
    context.after(() => scheduler.close());
    await until('ready', () => isReady(simulator.url));
    assert.equal(scheduler.drones.size, 5);
  });

  test('a scheduler that is away for a while hears the newest state of all, in order', async (context) => {
    const { scheduler } = await start(context);
    scheduler.commands.push(missionFor(scheduler, 'drone-00003'));
    await until('departed', () => stagesOf(scheduler, 'drone-00003').includes('EnRouteToPickup'));
    scheduler.isAway = true;
    await until('some tries failed', () => scheduler.refused >= 3);
    scheduler.isAway = false;
    const heard = scheduler.reports.length;
    const news = () => scheduler.reports.slice(heard);
    await until('all were heard again', () => new Set(news().map(({ droneId }) => droneId)).size === 5);
    await until('home again', () => scheduler.reportsOf('drone-00003').at(-1)?.activity === 'Charging');
    assertRisingSequences(scheduler);
  });

  test('drones that others register are flown too', async (context) => {
    const { scheduler } = await start(context);
    const known = scheduler.drones.get('drone-00001');
    assert.ok(known !== undefined);
    scheduler.drones.set('guest', { ...known, droneId: 'guest', telemetrySequence: 70 });
    const [first] = await until('the guest is heard', () => {
      const reports = scheduler.reportsOf('guest');
      return reports.length > 0 && reports;
    });
    assert.equal(first?.sequence, 71);
  });

  test('faults and pauses are given on request', async (context) => {
    const { scheduler, simulator } = await start(context);
    const { url } = simulator;
    const drone = 'drone-00004';
    const fault = (kind: string) => post(`${url}/faults`, { droneId: drone, kind });
    await until('heard', () => scheduler.reportsOf(drone).length > 0);

    assert.equal((await fault('link-lost')).status, 204);
    const othersReport = () => {
      const heard = scheduler.reports.length;
      return until('the others go on', () => scheduler.reports.length >= heard + 4);
    };
    // One report may have been on its way.
    await othersReport();
    const silentSince = scheduler.reportsOf(drone).length;
    await othersReport();
    assert.equal(scheduler.reportsOf(drone).length, silentSince);
    assert.equal((await fault('restored')).status, 204);
    await until('heard again', () => scheduler.reportsOf(drone).length > silentSince);

    assert.equal((await post(`${url}/pause`)).status, 204);
    scheduler.commands.push(missionFor(scheduler, drone));
    await until('the command is known', () => scheduler.commands.length === 0);
    assert.deepEqual(stagesOf(scheduler, drone).includes('EnRouteToPickup'), false);
    assert.equal((await post(`${url}/resume`)).status, 204);
    await until('home again', hasFlown(scheduler, drone));
  });

  test('bad requests to the control endpoint are told what is wrong', async (context) => {
    const { simulator } = await start(context);
    const answer = await post(`${simulator.url}/faults`, { droneId: '', kind: 'bored', why: 1 });
    const problem = (await answer.json()) as { readonly errors: readonly { readonly path: string }[] };
    assert.equal(answer.status, 400);
    assert.deepEqual(problem.errors.map(({ path }) => path).sort(), ['/droneId', '/kind', '/why']);
    assert.equal((await post(`${simulator.url}/faults`, { droneId: 'nobody', kind: 'crashed' })).status, 404);
    assert.equal((await fetch(`${simulator.url}/pause`)).status, 405);
  });
});
