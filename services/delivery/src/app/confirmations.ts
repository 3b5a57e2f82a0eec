import type { Execute } from './execute.ts';
import type { InFlightDeliveries } from './ports.ts';

const batchMax = 100;

/** Fails what was dropped off and never confirmed, and gives how many those were. */
export async function expireConfirmations(
  inFlight: InFlightDeliveries,
  execute: Execute,
  nowMs: number,
): Promise<number> {
  const overdue = await inFlight.overdueConfirmations(nowMs, batchMax);
  await Promise.all(overdue.map((key) => execute(key, { kind: 'expire-confirmation' })));
  return overdue.length;
}
