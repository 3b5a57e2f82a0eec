import { newId } from '@dronedelivery/service-kit/ids';
import { h3Cells } from '../src/adapters/h3/cells.ts';
import type { Dispatch } from '../src/app/dispatch.ts';
import { FleetView } from '../src/app/fleet-view.ts';
import { SilenceWatch } from '../src/app/silence.ts';
import { type TelemetryDesk, takeTelemetry } from '../src/app/take-telemetry.ts';
import { assignEarliestPickup } from '../src/domain/assignment.ts';
import type { ReceivedReport } from '../src/domain/drone.ts';
import { courier, drone, home, minuteMs, nowMs, report, rules } from './builders.ts';
import { openTestStores } from './sqlite-stores.ts';

/** Time of a test: wall clock and the clock that never jumps. */
export interface TestTime {
  wallMs: number;
  steadyMs: number;
}

/** One process without HTTP and timers: the test says when it looks. */
export interface Replica extends AsyncDisposable {
  readonly stores: Awaited<ReturnType<typeof openTestStores>>;
  readonly dispatch: Dispatch;
  readonly watch: SilenceWatch;
  /** What the watch has told of them: true at their begin, false at their end. */
  readonly outages: readonly boolean[];
  readonly hear: (fields: Partial<ReceivedReport>) => ReturnType<typeof takeTelemetry>;
}

export const silenceMs = minuteMs;

export function testTime(): TestTime {
  return { wallMs: nowMs, steadyMs: 0 };
}

export function pass(time: TestTime, ms: number): void {
  time.wallMs += ms;
  time.steadyMs += ms;
}

export async function openReplica(file: string, time: TestTime): Promise<Replica> {
  const stores = await openTestStores(file);
  const fleet = new FleetView(stores.fleet, h3Cells);
  await fleet.refresh();
  const dispatch: Dispatch = {
    store: stores.missions,
    fleet,
    assignDrone: assignEarliestPickup,
    rules: { ...rules, assignAheadMs: 15 * minuteMs, assignAheadMarginMs: minuteMs },
    clock: { now: () => time.wallMs },
    newMissionId: newId,
  };
  const limits = { timeScale: 1, clockAheadMsMax: minuteMs };
  const desk: TelemetryDesk = { ...dispatch, limits, onReport: () => undefined };
  const outages: boolean[] = [];
  const silence = { silenceMs, lookGapMsMax: 40_000, lostAtOnceMax: 100, outageMsMax: 10 * silenceMs };
  return {
    stores,
    dispatch,
    outages,
    watch: new SilenceWatch(
      fleet,
      silence,
      () => time.steadyMs,
      (isOutage) => outages.push(isOutage),
    ),
    hear: (fields) => {
      const { receivedAtMs, ...told } = report({ receivedAtMs: time.wallMs, ...fields });
      return takeTelemetry(desk, [told], () => true);
    },
    [Symbol.asyncDispose]: () => stores[Symbol.asyncDispose](),
  };
}

/** A station, a model and these drones. */
export async function openTestFleet({ stores }: Replica, drones: readonly string[]): Promise<void> {
  await stores.fleet.putModel(courier);
  await stores.fleet.putStation(home);
  for (const droneId of drones) await stores.fleet.addDrone(drone({ droneId }));
}
