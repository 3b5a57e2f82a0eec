import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { BusinessRegistered } from '@dronedelivery/contracts';
import { ApiClient } from '@dronedelivery/local/api-client';
import { assertInvariants } from '../support/assert-invariants.ts';
import { request, until, untilStage, validationRequest } from '../support/deliveries.ts';
import { PlantedFaults } from '../support/planted-faults.ts';
import { startTestSystem, type TestSystem } from '../support/test-system.ts';

const root = path.resolve(import.meta.dirname, '../..');
const minuteMs = 60_000;
const names = ['untouched', 'lost', 'rewritten', 'told', 'shared', 'robbed', 'late', 'orphaned', 'waiting'] as const;
type Name = (typeof names)[number];

suite('the verification', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'drone-delivery-verify-'));
  const acceptedFile = path.join(dataDir, 'accepted.txt');
  const ids = {} as Record<Name | 'foreign', string>;
  let running: TestSystem;
  before(async () => {
    running = await startTestSystem({ dataDir });
    await requestAll();
  });
  after(() => running[Symbol.asyncDispose]());

  /** Some are flown at once; for some a drone is reserved for the next minutes; one waits in the queue. */
  async function requestAll(): Promise<void> {
    const { customer } = running;
    const packageInfo = { size: 'Small', weight: 1 } as const;
    const aheadMs: Partial<Record<Name, number>> = {
      told: 3_000,
      shared: 10 * minuteMs,
      robbed: 10 * minuteMs,
      late: 10 * minuteMs,
      orphaned: 10 * minuteMs,
      waiting: 60 * minuteMs,
    };
    for (const name of names) {
      const pickupTime = new Date(Date.now() + (aheadMs[name] ?? 0)).toISOString();
      ids[name] = await request(customer, validationRequest({ pickupTime, packageInfo }));
    }
    writeFileSync(acceptedFile, `${names.map((name) => ids[name]).join('\n')}\n`);
    await until(customer, ids.told, 'a record', () => true);
    const notify = await customer.request('POST', `/v1/deliveries/${ids.told}/notifymerequests`, {
      sms: '+41791234567',
    });
    assert.equal(notify.status, 201);
    const stranger = await register();
    ids.foreign = await request(stranger, validationRequest({ packageInfo }));
    await untilStage(stranger, ids.foreign, ['Completed']);
  }

  async function register(): Promise<ApiClient> {
    const answer = await running.operator.request<BusinessRegistered>('POST', '/v1/businesses', {
      name: 'Second business',
    });
    assert.equal(answer.status, 201);
    return new ApiClient(running.system.info.edgeUrl, answer.body.client);
  }

  async function verify(folder = dataDir): Promise<{ exitCode: number; lines: string[] }> {
    const args = ['local/src/verify.ts', '--data', folder, '--accepted', acceptedFile];
    const child = spawn(process.execPath, args, { cwd: root });
    const chunks: Buffer[] = [];
    for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [exitCode] = await once(child, 'close');
    return { exitCode, lines: Buffer.concat(chunks).toString().trim().split('\n') };
  }

  test('finds nothing while deliveries are under way', async () => {
    await assertInvariants(running, Object.values(ids));
  });

  test('finds nothing after them, and says what it has seen', async () => {
    for (const name of ['untouched', 'lost', 'rewritten', 'told'] as const)
      await untilStage(running.customer, ids[name], ['Completed']);
    const { exitCode, lines } = await verify();
    assert.match(lines.join('\n'), /^10 deliveries, .*: 0 violations of I1 to I7$/);
    assert.equal(exitCode, 0);
  });

  test('cannot say anything where no system runs', async () => {
    const { exitCode, lines } = await verify(path.join(dataDir, 'nowhere'));
    assert.equal(exitCode, 2);
    assert.match(lines.join('\n'), /^No system runs on .*: start one/);
  });

  test('finds each planted fault, names what it concerns, and fails', async () => {
    const reserved = ['shared', 'robbed', 'late', 'orphaned'] as const;
    const drones = await Promise.all(
      reserved.map((name) => until(running.customer, ids[name], 'a drone', ({ droneId }) => droneId !== null)),
    );
    const droneOf = (name: (typeof reserved)[number]) => drones[reserved.indexOf(name)]?.droneId ?? '';
    const { businessId } = running.system.info.demo;
    await running.system[Symbol.asyncDispose]();
    const longAgoMs = Date.now() - 30 * minuteMs;
    const faults = new PlantedFaults(dataDir);
    faults.loseMessages();
    faults.loseDelivery(ids.lost);
    faults.moveDeadline(ids.late, longAgoMs);
    faults.drainAtPickup(droneOf('late'));
    faults.assignAgain(droneOf('shared'), ids.robbed);
    faults.rewriteHistory(ids.rewritten, 'Rescheduled');
    faults.tellAgain(ids.told);
    faults.loseDelivery(ids.orphaned);
    faults.ageReservation(ids.orphaned, longAgoMs);
    faults.leak(ids.foreign, businessId);
    await running.restart();

    const { exitCode, lines } = await verify();
    const finds = (invariant: string, ...parts: string[]) =>
      assert.ok(
        lines.some((line) => line.startsWith(`${invariant}  `) && parts.every((part) => line.includes(part))),
        `${invariant} ${parts.join(' ')} in\n${lines.join('\n')}`,
      );
    assert.equal(exitCode, 1);
    finds('I1', ids.lost, 'neither a delivery nor a dead letter');
    finds('I1', ids.waiting, 'fewer requests are in the queue');
    finds('I1', ids.late, 'long after its deadline');
    finds('I2', droneOf('shared'), ids.shared, ids.robbed, 'several deliveries');
    finds('I2', droneOf('robbed'), 'not active, or has another drone');
    finds('I3', ids.rewritten, 'from HeadedToPickup to Rescheduled');
    finds('I4', ids.told, 'told more than once');
    finds('I5', droneOf('orphaned'), ids.orphaned, 'nobody knows');
    finds('I6', businessId, ids.foreign, 'in its list');
    finds('I6', businessId, `/v1/deliveries/${ids.foreign} answers 200`);
    finds('I7', droneOf('late'), 'without the energy');
    assert.ok(!lines.some((line) => line.includes(ids.untouched)), lines.join('\n'));
  });
});
