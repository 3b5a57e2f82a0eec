import type { Confirm, Create, DeliveryCommand, End, Refuse, Replan, Subscribe } from './command.ts';
import { decideMission } from './decide-mission.ts';
import type { Decision, RefusalCode, Surroundings } from './decision.ts';
import { applied, refused, unchanged } from './decision.ts';
import { type DeliveryState, type Flight, type Plan, subscriptionsMax } from './delivery.ts';
import type { DeliveryEvent } from './event.ts';
import { isFinal, isUnderWay } from './stage.ts';

/** What a command does to a delivery, or why it does nothing. Pure: the same arguments, the same decision. */
export function decide(
  command: DeliveryCommand,
  state: DeliveryState | undefined,
  surroundings: Surroundings,
): Decision {
  switch (command.kind) {
    case 'create':
      return decideCreate(command, state, surroundings);
    case 'end':
      return decideEnd(command, state, surroundings);
    default:
      return state === undefined ? refused('not-found') : decideKnown(command, state, surroundings);
  }
}

function decideKnown(
  command: Exclude<DeliveryCommand, Create | End>,
  state: DeliveryState,
  surroundings: Surroundings,
): Decision {
  switch (command.kind) {
    case 'replan':
      return decideReplan(command, state, surroundings);
    case 'refuse':
      return decideRefuse(command, state, surroundings);
    case 'note-mission':
      return decideMission(command, state, surroundings);
    case 'confirm':
      return decideConfirm(command, state, surroundings);
    case 'expire-confirmation':
      return decideExpireConfirmation(state, surroundings);
    case 'subscribe':
      return decideSubscribe(command, state, surroundings);
    default:
      return command satisfies never;
  }
}

/** Of two creates with one id the first wins; one that comes after its cancel only fills in what was requested. */
function decideCreate(command: Create, state: DeliveryState | undefined, { nowMs }: Surroundings): Decision {
  const { key, order, plan, requestSequence, traceparent } = command;
  const details = { atMs: nowMs, key, order, plan, requestSequence, traceparent };
  if (state === undefined) return applied({ kind: 'created', ...details });
  if (!isFinal(state.stage)) return unchanged;
  return refused('delivery-terminal', state.order === null ? [{ kind: 'details-received', ...details }] : []);
}

function decideReplan(command: Replan, state: DeliveryState, { nowMs }: Surroundings): Decision {
  const { plan, requestId, requestSequence } = command;
  const order = compareSequences(requestSequence, state.requestSequence);
  if (order === 0) return unchanged;
  const code = whyNotReplanned(state, plan, order);
  if (code === undefined) return applied({ kind: 'rescheduled', atMs: nowMs, plan, requestId, requestSequence });
  return refused(code, refusal(state, { requestId, reason: { code, text: refusalTexts[code] } }, nowMs));
}

type ReplanRefusal = 'delivery-terminal' | 'delivery-under-way' | 'plan-superseded';

const refusalTexts: Readonly<Record<ReplanRefusal, string>> = {
  'delivery-terminal': 'The delivery had ended before the change',
  'delivery-under-way': 'The parcel was on board before the change',
  'plan-superseded': 'A change that was requested later had been applied before',
};

function whyNotReplanned(state: DeliveryState, plan: Plan, order: number): ReplanRefusal | undefined {
  if (isFinal(state.stage)) return 'delivery-terminal';
  if (order < 0) return 'plan-superseded';
  // The scheduler decides on changes: one that it has accepted, and flies, is news even when the parcel was faster.
  if (isUnderWay(state.stage) && !flies(state.mission?.flight, plan)) return 'delivery-under-way';
  return undefined;
}

function flies(flight: Flight | null | undefined, plan: Plan): boolean {
  if (flight === null || flight === undefined) return false;
  return (
    flight.pickupTimeMs === plan.pickupTimeMs &&
    samePlace(flight.pickup, plan.pickup) &&
    samePlace(flight.dropOff, plan.dropOff)
  );
}

function samePlace(a: Plan['pickup'], b: Plan['pickup']): boolean {
  return a.latitude === b.latitude && a.longitude === b.longitude;
}

function decideEnd(command: End, state: DeliveryState | undefined, { nowMs }: Surroundings): Decision {
  const { key, reason, requestId } = command;
  const kind = command.as === 'Cancelled' ? 'cancelled' : 'failed';
  const ending: DeliveryEvent = { kind, atMs: nowMs, key, reason, requestId };
  if (state === undefined) return applied(ending);
  if (isFinal(state.stage)) return state.stage === command.as ? unchanged : refused('delivery-terminal');
  if (kind === 'failed' || !isUnderWay(state.stage)) return applied(ending);
  const code = 'delivery-under-way';
  return refused(code, refusal(state, { requestId, reason: { code, text: refusalTexts[code] } }, nowMs));
}

function decideRefuse({ requestId, reason }: Refuse, state: DeliveryState, { nowMs }: Surroundings): Decision {
  const events = refusal(state, { requestId, reason }, nowMs);
  return events.length === 0 ? unchanged : applied(...events);
}

/** At most one line in the history for each refused request. */
function refusal(state: DeliveryState, { requestId, reason }: Omit<Refuse, 'kind'>, atMs: number): DeliveryEvent[] {
  return state.refusedRequests.includes(requestId) ? [] : [{ kind: 'refused', atMs, requestId, reason }];
}

function decideConfirm(command: Confirm, state: DeliveryState, { nowMs }: Surroundings): Decision {
  const { kind: _, ...proof } = command;
  if (state.confirmation?.type === proof.type && state.confirmation.reference === proof.reference) return unchanged;
  if (isFinal(state.stage)) return refused('delivery-terminal');
  const awaited = state.confirmationDueMs !== null && state.order?.confirmationRequired === proof.type;
  if (!awaited) return refused('confirmation-not-expected');
  return applied(
    { kind: 'confirmed', atMs: nowMs, confirmation: { ...proof, receivedAtMs: nowMs } },
    { kind: 'completed', atMs: nowMs },
  );
}

function decideExpireConfirmation(state: DeliveryState, { nowMs }: Surroundings): Decision {
  if (state.confirmationDueMs === null || nowMs < state.confirmationDueMs) return unchanged;
  const reason = { code: 'confirmation-missing', text: 'The receipt was not confirmed in time' };
  return applied({ kind: 'failed', atMs: nowMs, key: state, reason, requestId: null });
}

function decideSubscribe({ subscription }: Subscribe, state: DeliveryState, { nowMs }: Surroundings): Decision {
  if (isFinal(state.stage)) return refused('delivery-terminal');
  if (state.subscriptions.length >= subscriptionsMax) return refused('conflict' satisfies RefusalCode);
  return applied({ kind: 'notification-requested', atMs: nowMs, subscription });
}

/** Sequence numbers of the queue are decimal text of up to 20 digits. */
function compareSequences(a: string, b: string | null): number {
  if (b === null) return 1;
  const difference = BigInt(a) - BigInt(b);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
