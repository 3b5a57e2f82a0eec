import type { Execute } from './execute.ts';
import { newsOfRecord } from './mission-news.ts';
import type { AskScheduler, InFlightDeliveries } from './ports.ts';

export interface ReconcilePorts {
  readonly inFlight: InFlightDeliveries;
  readonly execute: Execute;
  readonly askScheduler: AskScheduler;
  now(): number;
  /** From 0 (included) to 1 (excluded). */
  random(): number;
}

export interface ReconcileSettings {
  /** Silence after which the scheduler is asked. */
  readonly silenceMs: number;
  /** Deliveries asked about in one round. */
  readonly batchMax: number;
}

/** Asks the scheduler about deliveries of which nothing is heard, and gives how many those were. */
export async function reconcileSilent(
  { inFlight, execute, askScheduler, now, random }: ReconcilePorts,
  { silenceMs, batchMax }: ReconcileSettings,
  signal: AbortSignal,
): Promise<number> {
  const silent = await inFlight.claimSilent({ nowMs: now(), silenceMs, spread: random(), limit: batchMax });
  for (const key of silent) {
    if (signal.aborted) break;
    const [delivery, record] = [await inFlight.find(key), await askScheduler(key, signal)];
    const news = record && newsOfRecord(record, delivery?.state.mission !== null);
    if (news !== undefined) await execute(key, news);
  }
  return silent.length;
}
