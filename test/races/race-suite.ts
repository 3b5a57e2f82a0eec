import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { DeliveryStage } from '@dronedelivery/contracts';
import { assertInvariants } from '../support/assert-invariants.ts';
import { untilAllEnded } from '../support/recovery.ts';
import { RequestQueue } from '../support/request-queue.ts';
import { startTestSystem, type TestSystem, type TestSystemOptions } from '../support/test-system.ts';
import { startTraffic, type Traffic } from '../support/traffic.ts';

/** What a race is run on. */
export interface Ground {
  readonly running: TestSystem;
  readonly queue: RequestQueue;
  /** From here on the time to recover counts; from the start of the race where it is not said. */
  readonly struck: () => void;
}

/** Runs the race to where each delivery in it has ended or is on its way, and says how each will have ended. */
export type Race = (ground: Ground) => Promise<ReadonlyMap<string, DeliveryStage>>;
export type RaceTest = (name: string, race: Race) => void;

const trafficPauseMs = 700;

/** One system with a trickle of ordinary deliveries, on which races are run one after the other. */
export function raceSuite(name: string, options: TestSystemOptions, register: (race: RaceTest) => void): void {
  suite(name, () => {
    let running: TestSystem;
    let queue: RequestQueue;
    let traffic: Traffic;
    const expected = new Map<string, DeliveryStage>();
    const accepted = () => [...expected.keys(), ...traffic.accepted.keys()];
    before(async () => {
      running = await startTestSystem(options);
      queue = await RequestQueue.connect(running);
      traffic = startTraffic(running, { name: 'races', pauseMs: trafficPauseMs });
    });
    after(async () => {
      await traffic.stop().catch(() => undefined);
      await queue[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
    });

    register((title, race) => {
      test(title, async (t) => {
        let struckAt = performance.now();
        const struck = () => {
          struckAt = performance.now();
        };
        const endings = await race({ running, queue, struck });
        t.diagnostic(`recovered ${((performance.now() - struckAt) / 1000).toFixed(1)} s after the fault`);
        for (const [id, stage] of endings) expected.set(id, stage);
        await assertInvariants(running, accepted());
      });
    });

    test('every delivery has ended as it had to, the ordinary ones beside the races among them', async (t) => {
      await traffic.stop();
      for (const id of traffic.accepted.keys()) expected.set(id, 'Completed');
      const endings = await untilAllEnded(running, { accepted: new Map([...expected.keys()].map((id) => [id, 0])) });
      t.diagnostic(`${traffic.accepted.size} ordinary deliveries, ${endings.length - traffic.accepted.size} others`);
      assert.deepEqual(new Map(endings.map(({ id, stage }) => [id, stage])), expected);
      await assertInvariants(running, accepted());
    });
  });
}
