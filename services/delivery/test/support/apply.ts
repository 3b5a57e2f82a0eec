import assert from 'node:assert/strict';
import { changeOf } from '../../src/app/delivery-change.ts';
import type { DeliveryRecord, InFlightDeliveries } from '../../src/app/ports.ts';
import { stepsOf } from '../../src/domain/announce.ts';
import type { DeliveryCommand } from '../../src/domain/command.ts';
import { decide } from '../../src/domain/decide.ts';
import type { DeliveryKey } from '../../src/domain/delivery.ts';
import { startMs } from './commands.ts';

export const silenceMs = 30_000;

/** Saves what the commands lead to, one after the other, and gives what was saved last. */
export async function apply(
  store: InFlightDeliveries,
  key: DeliveryKey,
  commands: readonly DeliveryCommand[],
  nowMs = startMs,
): Promise<DeliveryRecord> {
  let last: DeliveryRecord | undefined;
  for (const command of commands) {
    last = await store.transact(key, (record) => {
      const decision = decide(command, record?.state, { nowMs, confirmationWindowMs: 600_000 });
      const steps = stepsOf(record?.state, 'events' in decision ? decision.events : []);
      const state = steps.at(-1)?.after;
      if (state === undefined) return { result: record };
      const position = record?.position ?? null;
      const change = changeOf(state, steps, position, { nowMs, timeScale: 1, silenceMs });
      return { result: { state, position }, change };
    });
  }
  assert.ok(last !== undefined);
  return last;
}
