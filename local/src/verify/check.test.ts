import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type {
  DeadLetter,
  DeliveryListItem,
  DeliveryStage,
  Drone,
  DroneCommand,
  DroneDelivery,
  DroneModel,
  FlyMission,
  Notification,
  TrackingEvent,
} from '@dronedelivery/contracts';
import { droneDelivery } from '@dronedelivery/testing';
import { check } from './check.ts';
import type { DeliveryDetails, Snapshot } from './snapshot.ts';
import { defaultLimits } from './violation.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const agoText = (ms: number) => new Date(nowMs - ms).toISOString();
const minuteMs = 60_000;

const delivery = (fields: Partial<DeliveryListItem> = {}): DeliveryListItem => ({
  businessId: 'demo',
  id: 'delivery-1',
  owner: { userId: 'owner', accountId: 'demo' },
  stage: 'HeadedToPickup',
  reason: null,
  pickup: { latitude: 1, longitude: 1 },
  dropoff: { latitude: 2, longitude: 2 },
  pickupTime: agoText(minuteMs),
  deadline: agoText(-60 * minuteMs),
  expedited: false,
  confirmationRequired: 'None',
  awaitingConfirmation: false,
  parcel: { packageId: 'package-1', size: 'Small', weightKg: 2 },
  droneId: 'drone-1',
  planRevision: 2,
  requestSequence: '1',
  pickupETA: null,
  deliveryETA: null,
  pickedUpAt: null,
  deliveredAt: null,
  createdAt: agoText(5 * minuteMs),
  updatedAt: agoText(5 * minuteMs),
  ...fields,
});

const mission = (fields: Partial<DroneDelivery> = {}) =>
  droneDelivery({
    businessId: 'demo',
    state: 'EnRouteToPickup',
    sequence: 2,
    updatedAt: agoText(5 * minuteMs),
    ...fields,
  });

const drone = (fields: Partial<Drone> = {}): Drone => ({
  droneId: 'drone-1',
  modelId: 'model-1',
  stationId: 'station-1',
  state: 'OnMission',
  location: { latitude: 1, longitude: 1 },
  stateOfChargePercent: 80,
  speedMps: 10,
  headingDeg: 0,
  activity: 'EnRouteToPickup',
  lastSeenAt: agoText(0),
  telemetrySequence: 5,
  missionId: 'mission-1',
  command: null,
  ...fields,
});

const model: DroneModel = {
  modelId: 'model-1',
  performance: {
    cruiseSpeedMps: 15,
    climbRateMps: 3,
    descentRateMps: 3,
    cruiseAltitudeM: 100,
    cruisePowerW: 500,
    climbPowerW: 900,
    descentPowerW: 300,
    payloadPowerWPerKg: 50,
    batteryWh: 800,
    chargePowerW: 1000,
  },
  maxPayloadKg: 5,
  sizes: ['Small'],
};

const moves = (...stages: DeliveryStage[]): TrackingEvent[] =>
  stages.map((stage, index) => ({
    sequence: index + 1,
    at: agoText(minuteMs),
    kind: 'something',
    stage,
    planRevision: 1,
    droneId: null,
    location: null,
    pickupETA: null,
    deliveryETA: null,
    reason: null,
    requestId: null,
    traceId: null,
  }));

const details = (fields: Partial<DeliveryDetails> = {}): DeliveryDetails => ({
  businessId: 'demo',
  deliveryId: 'delivery-1',
  history: moves('Created', 'Created', 'HeadedToPickup'),
  notifications: [],
  ...fields,
});

const notification = (fields: Partial<Notification> = {}): Notification => ({
  id: 'notification-1',
  deliveryId: 'delivery-1',
  stage: 'Created',
  planRevision: 1,
  channel: 'sms',
  address: '+41791234567',
  state: 'Sent',
  attempts: 1,
  createdAt: agoText(minuteMs),
  sentAt: agoText(minuteMs),
  lastError: null,
  ...fields,
});

const parked: DeadLetter = {
  sequenceNumber: '7',
  source: 'delivery-requests-parked',
  messageId: 'message-1',
  businessId: 'demo',
  deliveryId: 'delivery-2',
  kind: 'create',
  reason: 'unreadable',
  description: null,
  deliveryCount: 0,
  enqueuedAt: null,
  originalSequenceNumber: null,
  resubmissions: 3,
  body: '',
};

/** A healthy system with one delivery under way. */
const snapshot = (fields: Partial<Snapshot> = {}): Snapshot => ({
  takenAtMs: nowMs,
  deliveries: [delivery()],
  details: [details()],
  missions: [mission()],
  drones: [drone(), drone({ droneId: 'drone-2', state: 'Idle', activity: 'Idle', missionId: null })],
  models: [model],
  deadLetters: [],
  requestsWaiting: 0,
  accepted: ['delivery-1'],
  tenant: {
    businessId: 'demo',
    deliveries: [{ businessId: 'demo', id: 'delivery-1' }],
    probes: [{ path: '/v1/drones', expectedStatus: 403, status: 403 }],
  },
  ...fields,
});

const found = (fields: Partial<Snapshot>) => check(snapshot(fields)).map(({ invariant, ids }) => [invariant, ...ids]);

test('a healthy system gives no cause for complaint', () => {
  assert.deepEqual(check(snapshot()), []);
});

suite('I1, nothing lost', () => {
  const waiting = delivery({ stage: 'Created', droneId: null });
  const waitingDetails = details({ history: moves('Created') });

  test('an accepted request that is nowhere', () => {
    assert.deepEqual(found({ accepted: ['delivery-1', 'delivery-2'] }), [['I1', 'delivery-2']]);
    assert.deepEqual(found({ accepted: ['delivery-1', 'delivery-2'], deadLetters: [parked] }), []);
  });

  test('an accepted request may still lie in the queue', () => {
    const [only] = check(snapshot({ accepted: ['delivery-2'], requestsWaiting: 1 }));
    assert.equal(only?.maySettle, true);
    assert.equal(check(snapshot({ accepted: ['delivery-2'] }))[0]?.maySettle, undefined);
  });

  test('a delivery long after its deadline', () => {
    assert.deepEqual(found({ deliveries: [delivery({ deadline: agoText(20 * minuteMs) })] }), [['I1', 'delivery-1']]);
    assert.deepEqual(found({ deliveries: [delivery({ deadline: agoText(10 * minuteMs) })] }), []);
  });

  test('a delivery that waits for a message that is gone', () => {
    const alone = { deliveries: [waiting], details: [waitingDetails], missions: [], drones: [] };
    assert.deepEqual(found(alone), [['I1', 'delivery-1']]);
    assert.deepEqual(found({ ...alone, requestsWaiting: 1 }), []);
    assert.deepEqual(found({ ...alone, missions: [mission({ state: 'Deferred', droneId: null })] }), [
      ['I1', 'delivery-1'],
    ]);
    assert.deepEqual(found({ ...alone, missions: [mission({ state: 'Waiting', droneId: null })] }), []);
  });

  test('a delivery that stays in flight after its mission', () => {
    const over = { missions: [mission({ state: 'Delivered' })], drones: [] };
    assert.deepEqual(found(over), [['I1', 'delivery-1']]);
    assert.deepEqual(found({ ...over, deliveries: [delivery({ awaitingConfirmation: true })] }), []);
    assert.deepEqual(found({ ...over, missions: [mission({ state: 'Delivered', updatedAt: agoText(1000) })] }), []);
  });
});

suite('I2, one delivery a drone', () => {
  test('a drone in two active missions', () => {
    const second = mission({ deliveryId: 'delivery-2', missionId: 'mission-1', updatedAt: agoText(0) });
    assert.deepEqual(found({ missions: [mission(), second] }), [['I2', 'drone-1', 'delivery-1', 'delivery-2']]);
    assert.deepEqual(found({ missions: [mission(), { ...second, state: 'Released' }] }), []);
  });

  test('a mission of which its drone knows nothing', () => {
    assert.deepEqual(found({ drones: [drone({ missionId: null })] }), [['I2', 'drone-1', 'mission-1', 'delivery-1']]);
    assert.deepEqual(found({ drones: [] }), [['I2', 'drone-1', 'mission-1', 'delivery-1']]);
  });

  test('a drone on a mission that is none', () => {
    assert.deepEqual(found({ drones: [drone(), drone({ droneId: 'drone-2', missionId: 'mission-2' })] }), [
      ['I2', 'drone-2', 'mission-2'],
    ]);
  });

  test('a parcel that is too heavy or too large for its drone', () => {
    const heavy = delivery({ parcel: { packageId: 'package-1', size: 'Small', weightKg: 5.1 } });
    const large = delivery({ parcel: { packageId: 'package-1', size: 'Large', weightKg: 1 } });
    assert.deepEqual(found({ deliveries: [heavy] }), [['I2', 'drone-1', 'delivery-1']]);
    assert.deepEqual(found({ deliveries: [large] }), [['I2', 'drone-1', 'delivery-1']]);
  });
});

suite('I3, stages move forward', () => {
  const withHistory = (...stages: DeliveryStage[]) => {
    const stage = stages.at(-1) ?? 'Created';
    return found({
      deliveries: [delivery({ stage })],
      missions: [],
      drones: [],
      details: [details({ history: moves(...stages) })],
    });
  };
  const wrong = [['I3', 'delivery-1']];

  test('moves along the table are right', () => {
    assert.deepEqual(
      withHistory('Created', 'Rescheduled', 'Rescheduled', 'HeadedToPickup', 'HeadedToDropoff', 'Completed'),
      [],
    );
    assert.deepEqual(withHistory('Cancelled', 'Cancelled'), []);
  });

  test('a skipped stage, a step back, a move after the end', () => {
    assert.deepEqual(withHistory('Created', 'HeadedToDropoff'), wrong);
    assert.deepEqual(withHistory('Created', 'HeadedToPickup', 'Rescheduled', 'HeadedToPickup'), [...wrong]);
    assert.deepEqual(withHistory('Created', 'HeadedToPickup', 'HeadedToDropoff', 'Cancelled'), wrong);
    assert.deepEqual(withHistory('Created', 'Cancelled', 'Failed'), wrong);
    assert.deepEqual(withHistory('HeadedToPickup'), wrong);
  });

  test('a history with a gap, without entries, or with another end than the delivery', () => {
    const [first, second, third] = moves('Created', 'Created', 'HeadedToPickup');
    assert.ok(first && second && third);
    assert.deepEqual(found({ details: [details({ history: [first, third] })] }), wrong);
    assert.deepEqual(found({ details: [details({ history: [] })] }), wrong);
    assert.deepEqual(found({ details: [details({ history: [first, second] })] }), wrong);
  });
});

suite('I4, told once', () => {
  const told = (...notifications: Notification[]) => found({ details: [details({ notifications })] });

  test('one occasion under two ids', () => {
    assert.deepEqual(told(notification(), notification({ id: 'notification-2' })), [
      ['I4', 'delivery-1', 'notification-1', 'notification-2'],
    ]);
  });

  test('one id for two occasions', () => {
    assert.deepEqual(told(notification(), notification({ stage: 'Completed' })), [
      ['I4', 'delivery-1', 'notification-1'],
    ]);
  });

  test('another stage, revision, channel or address is another occasion', () => {
    const others = [
      { stage: 'Completed' },
      { planRevision: 2 },
      { channel: 'webhook' },
      { address: '+41790000000' },
    ] as const;
    const all = others.map((fields, index) => notification({ id: `other-${index}`, ...fields }));
    assert.deepEqual(told(notification(), ...all), []);
  });
});

suite('I5, no orphans', () => {
  const ended = delivery({ stage: 'Failed' });
  const endedDetails = [details({ history: moves('Created', 'HeadedToPickup', 'Failed') })];

  test('a drone reserved for a delivery that has ended', () => {
    assert.deepEqual(found({ deliveries: [ended], details: endedDetails }), [['I5', 'drone-1', 'delivery-1']]);
    const justNow = { ...ended, updatedAt: agoText(59_000) };
    assert.deepEqual(found({ deliveries: [justNow], details: endedDetails }), []);
  });

  test('a drone reserved for a delivery that nobody knows', () => {
    const unknown = { deliveries: [], details: [], accepted: [] };
    assert.deepEqual(found(unknown), [['I5', 'drone-1', 'delivery-1']]);
    assert.deepEqual(found({ ...unknown, missions: [mission({ updatedAt: agoText(59_000) })] }), []);
  });
});

suite('I6, tenants apart', () => {
  const { tenant } = snapshot();

  test("another's delivery in the list", () => {
    const deliveries = [...tenant.deliveries, { businessId: 'other', id: 'delivery-2' }];
    assert.deepEqual(found({ tenant: { ...tenant, deliveries } }), [['I6', 'demo', 'other', 'delivery-2']]);
  });

  test('an answer where a refusal was due', () => {
    const probes = [{ path: '/v1/deliveries/delivery-2', expectedStatus: 404, status: 200 }];
    const [leak] = check(snapshot({ tenant: { ...tenant, probes } }));
    assert.equal(leak?.text, 'GET /v1/deliveries/delivery-2 answers 200 instead of 404');
  });
});

suite('I7, safe flight', () => {
  const [pickup, dropOff, home] = [0.02, 0.04, 0.06].map((latitude) => ({ latitude, longitude: 0 }));
  assert.ok(pickup && dropOff && home);
  const station = { stationId: 'station-1', location: home, chargers: 1 };
  const common = { droneId: 'drone-1', missionId: 'mission-1', revision: 1, station };
  const command: FlyMission = {
    ...common,
    kind: 'FlyMission',
    pickup,
    dropOff,
    departAt: agoText(0),
    pickupTime: agoText(0),
    payloadKg: 2,
    loadingS: 30,
    unloadingS: 30,
  };
  const flying = {
    activity: 'EnRouteToPickup',
    location: { latitude: 0, longitude: 0, altitude: 100 },
    command,
  } as const;
  const toLand: DroneCommand = { ...common, kind: 'ReturnToStation' };
  /** Flight power is 500 W, 600 W with the parcel, at 15 m/s: 2,211 m between two places are 20.5 or 24.6 Wh. */
  const climbWh = (kg: number) => ((900 + 50 * kg) * (100 / 3)) / 3600;
  const descentWh = (kg: number) => ((300 + 50 * kg) * (100 / 3)) / 3600;
  const cruiseWh = (kg: number) => ((500 + 50 * kg) * (2211.4 / 15)) / 3600;
  const toPickup = cruiseWh(0) + descentWh(0);
  const toDropOff = climbWh(2) + cruiseWh(2) + descentWh(2);
  const toStation = climbWh(0) + cruiseWh(0) + descentWh(0);
  const percent = (wh: number) => (wh / model.performance.batteryWh) * 100 + defaultLimits.reservePercent;
  const short = [['I7', 'drone-1', 'mission-1']];
  const judge = (fields: Partial<Drone>) => found({ drones: [drone({ ...flying, ...fields })] });
  const needs = (wh: number, fields: Partial<Drone>) => {
    assert.deepEqual(judge({ ...fields, stateOfChargePercent: percent(wh) + 0.05 }), []);
    assert.deepEqual(judge({ ...fields, stateOfChargePercent: percent(wh) - 0.05 }), short);
  };

  test('a drone in the air needs the energy for all its way, with the parcel and without, and the reserve', () => {
    needs(toPickup + toDropOff + toStation, {});
    needs(toDropOff + toStation, { activity: 'Loading', location: pickup });
    needs(toDropOff - climbWh(2) + toStation, { activity: 'EnRouteToDropoff', location: { ...pickup, altitude: 100 } });
    needs(toStation, { activity: 'Unloading', location: dropOff });
  });

  test('one that gives up needs what takes it to its station', () => {
    needs(toStation - climbWh(0), { activity: 'Returning', location: { ...dropOff, altitude: 100 }, command: toLand });
  });

  test('one that stands may charge before it flies, and of a lost one nothing is known', () => {
    for (const activity of ['Idle', 'Charging'] as const)
      assert.deepEqual(judge({ activity, stateOfChargePercent: 1 }), []);
    assert.deepEqual(judge({ state: 'Lost', stateOfChargePercent: 1 }), []);
    assert.deepEqual(judge({ command: null, stateOfChargePercent: 1 }), []);
  });
});
