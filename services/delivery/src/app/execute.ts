import { stepsOf } from '../domain/announce.ts';
import type { DeliveryCommand } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { Decision } from '../domain/decision.ts';
import type { DeliveryKey } from '../domain/delivery.ts';
import type { DeliveryEvents } from '../events.ts';
import { changeOf } from './delivery-change.ts';
import type { DeliveryChange, DeliveryHistory, DeliveryRecord, InFlightDeliveries, Transition } from './ports.ts';

export interface ExecuteSettings {
  /** Divides flight and ground times. */
  readonly timeScale: number;
  readonly confirmationWindowMs: number;
  /** Silence after which the scheduler is asked about a delivery. */
  readonly silenceMs: number;
}

export interface ExecutePorts {
  readonly inFlight: InFlightDeliveries;
  readonly history: DeliveryHistory;
  readonly events: Pick<DeliveryEvents, 'stageEntered'>;
  now(): number;
}

export interface Executed {
  readonly decision: Decision;
  /** As it is after the command; undefined where there is no such delivery. */
  readonly record: DeliveryRecord | undefined;
  /** There was none before. */
  readonly isNew: boolean;
  readonly change: DeliveryChange | undefined;
}

export type Execute = (key: DeliveryKey, command: DeliveryCommand) => Promise<Executed>;

/**
 * Load, decide, save. A delivery that was moved to the history comes back for a late command, so that there is one way of
 * writing; it is archived again.
 */
export function createExecute({ inFlight, history, events, now }: ExecutePorts, settings: ExecuteSettings): Execute {
  const { timeScale, confirmationWindowMs, silenceMs } = settings;

  return async (key, command) => {
    const executed = await load(key, command);
    const change = executed.change;
    for (const { data } of change?.stageEvents ?? []) events.stageEntered(key, data.stage, data.reason?.code ?? null);
    return executed;
  };

  async function load(key: DeliveryKey, command: DeliveryCommand): Promise<Executed> {
    // A create mostly finds nothing: looking into the history first saves it the second transaction.
    const isCreate = command.kind === 'create';
    const archived = isCreate ? await history.find(key) : undefined;
    const executed = await inFlight.transact(key, (present) =>
      present === undefined && !isCreate ? { result: undefined } : settle(command, present ?? archived),
    );
    if (executed !== undefined) return executed;
    const found = await history.find(key);
    return inFlight.transact(key, (present) => settle(command, present ?? found));
  }

  function settle(command: DeliveryCommand, record: DeliveryRecord | undefined): Transition<Executed> {
    const nowMs = now();
    const decision = decide(command, record?.state, { nowMs, confirmationWindowMs });
    const steps = stepsOf(record?.state, 'events' in decision ? decision.events : []);
    const after = steps.at(-1)?.after;
    if (after === undefined) return { result: { decision, record, isNew: false, change: undefined } };
    const position = record?.position ?? null;
    const change = changeOf(after, steps, position, { nowMs, timeScale, silenceMs });
    return { result: { decision, record: { state: after, position }, isNew: record === undefined, change }, change };
  }
}
