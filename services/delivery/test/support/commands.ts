import type { ConfirmationRequired, MissionEventKind } from '@dronedelivery/contracts';
import type { Create, End, NoteMission, Replan } from '../../src/domain/command.ts';
import type { DeliveryKey, Flight, Plan } from '../../src/domain/delivery.ts';

export const startMs = Date.UTC(2026, 10, 21, 9, 0, 0);
export const key: DeliveryKey = { businessId: 'fabrikam-shop', id: 'delivery-1' };

export const plan: Plan = {
  pickup: { latitude: 47.6, longitude: -122.3 },
  dropOff: { latitude: 47.65, longitude: -122.35 },
  pickupTimeMs: startMs + 600_000,
  deadlineMs: startMs + 7_200_000,
};

export const flight: Flight = {
  pickup: plan.pickup,
  dropOff: plan.dropOff,
  pickupTimeMs: plan.pickupTimeMs,
  departAtMs: startMs + 300_000,
  pickupEtaMs: plan.pickupTimeMs,
  deliveryEtaMs: plan.pickupTimeMs + 600_000,
  payloadKg: 2,
  loadingS: 30,
  unloadingS: 30,
  performance: {
    cruiseSpeedMps: 20,
    climbRateMps: 4,
    descentRateMps: 3,
    cruiseAltitudeM: 80,
    cruisePowerW: 800,
    climbPowerW: 1200,
    descentPowerW: 600,
    payloadPowerWPerKg: 60,
    batteryWh: 1500,
    chargePowerW: 1000,
  },
};

export function create(changes: Partial<Create> & { confirmationRequired?: ConfirmationRequired } = {}): Create {
  const { confirmationRequired = 'None', ...rest } = changes;
  return {
    kind: 'create',
    key,
    order: {
      ownerId: 'owner-1',
      expedited: true,
      confirmationRequired,
      parcel: { packageId: 'package-1', size: 'Small', weightKg: 2, tag: 'books' },
      requestedAtMs: startMs,
    },
    plan,
    requestSequence: '100',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...rest,
  };
}

export function replan(changes: Partial<Replan> = {}): Replan {
  return { kind: 'replan', plan, requestId: 'request-2', requestSequence: '101', ...changes };
}

export function end(as: End['as'], changes: Partial<End> = {}): End {
  return { kind: 'end', key, as, reason: { code: 'cancelled', text: 'As asked' }, requestId: 'request-9', ...changes };
}

export function news(change: MissionEventKind, sequence: number, changes: Partial<NoteMission> = {}): NoteMission {
  return {
    kind: 'note-mission',
    change,
    missionId: 'mission-1',
    droneId: 'drone-1',
    revision: 1,
    sequence,
    occurredAtMs: startMs + sequence * 1000,
    location: plan.pickup,
    flight: change === 'assigned' || change === 'replanned' ? flight : null,
    reason: change === 'failed' ? { code: 'drone-lost', text: 'The drone fell silent' } : null,
    departedAtMs: null,
    pickedUpAtMs: null,
    ...changes,
  };
}
