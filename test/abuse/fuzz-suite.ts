import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type DeadLetter, operations } from '@dronedelivery/contracts';
import type { Page } from '@dronedelivery/local/api-client';
import { eventually } from '@dronedelivery/testing';
import { finalStages, request, untilStage, validationRequest } from '../support/deliveries.ts';
import { type AbuseSystem, startAbuseSystem } from './abuse-system.ts';
import { assertAcceptedHold } from './assert-accepted.ts';
import { faultOf } from './conformance.ts';
import { fuzzCase, type Ground } from './fuzz-case.ts';
import { registerBusiness } from './possessions.ts';
import type { WireAnswer, WireRequest } from './wire.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly requests: number;
}

const concurrency = 24;
const faultsMax = 20;
/** A full hash queue or a slow broker may refuse a few; more would hide what the fuzz is to find. */
const unavailableShareMax = 0.02;

/** Sends requests that are nearly right to every operation, and holds each answer against the contracts. */
export function fuzzSuite({ seed, requests }: FuzzOptions): void {
  suite(`fuzz of ${requests} requests`, () => {
    let system: AbuseSystem;
    let ground: Ground;
    let pids: Readonly<Record<string, number>>;
    const accepted: string[] = [];
    before(async () => {
      system = await startAbuseSystem();
      const { businessId, admin } = await registerBusiness(system.running, 'Fuzz');
      const ids = ['mypackage', await request(admin, validationRequest()), await request(admin, validationRequest())];
      ground = { system, businessId, ids };
      pids = system.processIds();
    });
    after(() => system[Symbol.asyncDispose]());

    test(`no answer is against the contracts (seed ${seed})`, async (t) => {
      const run = await sendAll(ground, { seed, requests });
      accepted.push(...run.accepted);
      t.diagnostic(`seed ${seed}: ${requests} requests in ${run.tookS.toFixed(1)} s: ${JSON.stringify(run.statuses)}`);
      assert.equal(run.faults.length, 0, `\n${run.faults.join('\n')}`);
      const unavailable = run.statuses['503'] ?? 0;
      assert.ok(unavailable <= requests * unavailableShareMax, `${unavailable} of ${requests} answers were 503`);
    });

    test('no process went down for it', () => {
      assert.deepEqual(system.processIds(), pids);
      for (const name of Object.keys(pids)) assert.equal(system.running.system.process(name).restarts, 0, name);
    });

    test('nothing that was accepted became a dead letter, and a good request is still delivered', async () => {
      const { customer, operator } = system.running;
      const id = await request(customer, validationRequest());
      assert.equal((await untilStage(customer, id, finalStages, 120_000)).stage, 'Completed');
      const deadLetters = async () => (await operator.request<Page<DeadLetter>>('GET', '/v1/deadletters')).body.items;
      await eventually(async () => assert.deepEqual(await deadLetters(), []) === undefined, {
        what: 'no dead letters',
      });
    });

    test('the invariants hold', async (t) => {
      t.diagnostic(`${accepted.length} deliveries were accepted`);
      await assertAcceptedHold(system.running, accepted);
    });
  });
}

interface FuzzRun {
  readonly faults: string[];
  readonly accepted: string[];
  readonly statuses: Record<string, number>;
  readonly tookS: number;
}

async function sendAll(ground: Ground, { seed, requests }: FuzzOptions): Promise<FuzzRun> {
  const faults: string[] = [];
  const accepted: string[] = [];
  const statuses: Record<string, number> = {};
  const startedAt = performance.now();
  let next = 0;
  const work = async () => {
    while (next < requests && faults.length < faultsMax) {
      const number = next++;
      const wireRequest = fuzzCase(ground, seed, number);
      const outcome = await attempt(ground, wireRequest);
      statuses[outcome.status] = (statuses[outcome.status] ?? 0) + 1;
      if (outcome.fault !== undefined) faults.push(`seed ${seed}, request ${number}: ${outcome.fault}`);
      if (outcome.accepted !== undefined) accepted.push(outcome.accepted);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return { faults, accepted, statuses, tookS: (performance.now() - startedAt) / 1000 };
}

async function attempt({ system }: Ground, wireRequest: WireRequest) {
  try {
    const answer = await system.wire.send(wireRequest);
    const fault = faultOf(wireRequest, answer);
    return {
      status: String(answer.status),
      fault: fault === undefined ? undefined : told(wireRequest, fault, answer),
      accepted: isCreate(wireRequest) && answer.status === 202 ? String(JSON.parse(answer.text).deliveryId) : undefined,
    };
  } catch (error) {
    return {
      status: 'none',
      fault: told(wireRequest, `no answer: ${(error as Error).message}`),
      accepted: undefined,
    };
  }
}

function isCreate({ method, target }: WireRequest): boolean {
  return method === 'POST' && target.split('?', 1)[0] === operations.createDeliveryRequest.path;
}

function told({ base, method, target, headers, body }: WireRequest, fault: string, answer?: WireAnswer): string {
  const { authorization = '', ...shown } = headers;
  const roles = Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString();
  const sent = `${method} ${base}${target.slice(0, 300)} ${JSON.stringify(shown).slice(0, 300)} ${roles}`;
  const got = answer === undefined ? '' : `\n  → ${answer.status} ${answer.text.slice(0, 600)}`;
  return `${fault}\n  ${sent}\n  ${String(body ?? '').slice(0, 600)}${got}`;
}
