import Type, { type Static, type TSchema } from 'typebox';
import { Id, Instant, Location, literals, nullable, strict } from './common.ts';
import { DeliveryStage, Reason } from './delivery.ts';
import { DroneActivity, DronePerformance } from './fleet.ts';

/** CloudEvents 1.0 in structured JSON form; extension attribute `traceparent` as its specification names it. */
export function CloudEvent<const T extends string, D extends TSchema>(type: T, data: D) {
  return strict({
    specversion: Type.Literal('1.0'),
    id: Id,
    source: Type.String({ minLength: 1, maxLength: 256 }),
    type: Type.Literal(type),
    subject: Type.Optional(Type.String({ maxLength: 300 })),
    time: Instant,
    datacontenttype: Type.Literal('application/json'),
    traceparent: Type.Optional(Type.String({ maxLength: 64 })),
    data,
  });
}

export const cloudEventsMediaType = 'application/cloudevents+json';

export const eventTypes = {
  mission: 'com.fabrikam.drones.mission.v1',
  positions: 'com.fabrikam.drones.positions.v1',
  deliveryStage: 'com.fabrikam.shipping.delivery-stage.v1',
} as const;

/** What happened to a mission. `unassigned`: the drone was taken off and another is sought. */
export const MissionEventKind = literals(
  'assigned',
  'replanned',
  'unassigned',
  'departed',
  'picked-up',
  'delivered',
  'failed',
  'released',
);
export type MissionEventKind = Static<typeof MissionEventKind>;

/** What the customer's ETA is computed from between two events. */
export const MissionFlightPlan = strict({
  pickup: Location,
  dropOff: Location,
  pickupTime: Instant,
  departAt: Instant,
  pickupEta: Instant,
  deliveryEta: Instant,
  payloadKg: Type.Number({ exclusiveMinimum: 0 }),
  loadingS: Type.Number({ minimum: 0 }),
  unloadingS: Type.Number({ minimum: 0 }),
  performance: DronePerformance,
});
export type MissionFlightPlan = Static<typeof MissionFlightPlan>;

export const MissionEventData = strict({
  kind: MissionEventKind,
  businessId: Id,
  deliveryId: Id,
  missionId: Id,
  droneId: Id,
  /** Of the plan; grows with every plan of the delivery, whichever drone flies it. */
  revision: Type.Integer({ minimum: 1 }),
  /** Of the scheduler's record of the delivery; what is not above the last one is old. */
  sequence: Type.Integer({ minimum: 1 }),
  occurredAt: Instant,
  location: nullable(Location),
  /** With `assigned` and `replanned`. */
  plan: nullable(MissionFlightPlan),
  /** With `unassigned`, `failed` and `released`. */
  reason: nullable(Reason),
});
export type MissionEventData = Static<typeof MissionEventData>;

/** On topic `drone-events`; message id = event id. */
export const MissionEvent = CloudEvent(eventTypes.mission, MissionEventData);
export type MissionEvent = Static<typeof MissionEvent>;

export const positionsMax = 500;

export const DronePosition = strict({
  businessId: Id,
  deliveryId: Id,
  missionId: Id,
  droneId: Id,
  revision: Type.Integer({ minimum: 1 }),
  /** The drone's telemetry sequence: what is not above the last one is old. */
  telemetrySequence: Type.Integer({ minimum: 1 }),
  at: Instant,
  location: Location,
  speedMps: Type.Number({ minimum: 0 }),
  headingDeg: Type.Number({ minimum: 0, maximum: 360 }),
  activity: DroneActivity,
});
export type DronePosition = Static<typeof DronePosition>;

/** On topic `drone-positions`: the drones with an active mission that moved in the last second. */
export const PositionsEvent = CloudEvent(
  eventTypes.positions,
  strict({ positions: Type.Array(DronePosition, { maxItems: positionsMax }) }),
);
export type PositionsEvent = Static<typeof PositionsEvent>;

/** On topic `delivery-events`. */
export const DeliveryStageEvent = CloudEvent(
  eventTypes.deliveryStage,
  strict({
    businessId: Id,
    deliveryId: Id,
    stage: DeliveryStage,
    previousStage: nullable(DeliveryStage),
    planRevision: Type.Integer({ minimum: 0 }),
    /** Of the delivery's history. */
    sequence: Type.Integer({ minimum: 1 }),
    occurredAt: Instant,
    droneId: nullable(Id),
    pickupETA: nullable(Instant),
    deliveryETA: nullable(Instant),
    reason: nullable(Reason),
  }),
);
export type DeliveryStageEvent = Static<typeof DeliveryStageEvent>;
