import type { Clock } from '@dronedelivery/service-kit/clock';
import type { Dispatch } from './app/dispatch.ts';
import { repeat } from './app/periodic.ts';
import type { Positions, SendPositions } from './app/positions.ts';
import { seekDrones } from './app/seek.ts';
import { giveUpSilent, type SilenceWatch } from './app/silence.ts';
import type { FleetEvents } from './events.ts';

export interface Background {
  readonly dispatch: Dispatch;
  readonly watch: SilenceWatch;
  readonly positions: Positions;
  readonly sendPositions: SendPositions;
  readonly events: FleetEvents;
  readonly clock: Clock;
  readonly silenceLookMs: number;
  readonly keepFinalMs: number;
  /** Whether the clock can be believed when it says that a record is old. */
  readonly trustsClock: () => boolean;
}

const positionsIntervalMs = 1000;
const seekIntervalMs = 1000;
const seekAtOnceMax = 500;
const purgeIntervalMs = 60_000;
const purgeAtOnceMax = 1000;

/** What the scheduler does without being asked. */
export function startBackground(background: Background): AsyncDisposable {
  const { dispatch, watch, events, clock } = background;
  const works: readonly (readonly [string, number, () => Promise<unknown>])[] = [
    ['silence', background.silenceLookMs, () => loseSilent(dispatch, watch, events)],
    ['search', seekIntervalMs, () => seek(dispatch, events)],
    ['positions', positionsIntervalMs, () => tellPositions(background)],
    ['purge', purgeIntervalMs, () => purge(background)],
  ];
  const stack = new AsyncDisposableStack();
  for (const [work, intervalMs, run] of works) {
    stack.use(repeat({ intervalMs, run, onError: (error) => events.workFailed(work, error) }, clock));
  }
  return stack;
}

async function loseSilent(dispatch: Dispatch, watch: SilenceWatch, events: FleetEvents): Promise<void> {
  const lost = await giveUpSilent(dispatch, watch);
  for (const drone of lost) events.droneLost(drone);
  if (lost.some(({ missionId }) => missionId !== null)) await seek(dispatch, events);
}

async function seek(dispatch: Dispatch, events: FleetEvents): Promise<void> {
  for (const result of await seekDrones(dispatch, seekAtOnceMax))
    if (result !== 'none-free') events.searchEnded(result);
}

/** Positions are worth nothing a moment later: what cannot be sent is dropped. */
async function tellPositions({ positions, sendPositions, events, clock }: Background): Promise<void> {
  const moved = positions.take();
  if (moved.length === 0) return;
  try {
    await sendPositions(moved, clock.now());
  } catch (error) {
    events.positionsDropped(moved.length, error);
  }
}

async function purge({ dispatch, events, clock, keepFinalMs, trustsClock }: Background): Promise<void> {
  if (!trustsClock()) return;
  const records = await dispatch.store.purge(clock.now() - keepFinalMs, purgeAtOnceMax);
  if (records > 0) events.recordsPurged(records);
}
