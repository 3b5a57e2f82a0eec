import Type, { type Static } from 'typebox';
import { Id, Instant, Location, literals, Page, strict } from './common.ts';
import { Reason, RequestSequence } from './delivery.ts';
import { DeliveryPlan, PackageSize } from './delivery-request.ts';

const nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const positive = Type.Number({ exclusiveMinimum: 0, maximum: 1e9 });
const notNegative = Type.Number({ minimum: 0, maximum: 1e9 });

/** How a drone flies and what it draws: the input of `@dronedelivery/geo`. */
export const DronePerformance = strict({
  cruiseSpeedMps: positive,
  climbRateMps: positive,
  descentRateMps: positive,
  cruiseAltitudeM: positive,
  cruisePowerW: positive,
  climbPowerW: positive,
  descentPowerW: positive,
  /** Added to every power for each kilogram of payload. */
  payloadPowerWPerKg: notNegative,
  batteryWh: positive,
  chargePowerW: positive,
});
export type DronePerformance = Static<typeof DronePerformance>;

export const DroneModel = strict({
  modelId: Id,
  performance: DronePerformance,
  maxPayloadKg: positive,
  /** Sizes that its bay takes. */
  sizes: Type.Array(PackageSize, { minItems: 1, maxItems: 3, uniqueItems: true }),
});
export type DroneModel = Static<typeof DroneModel>;

export const Station = strict({
  stationId: Id,
  location: Location,
  chargers: Type.Integer({ minimum: 0, maximum: 100_000 }),
});
export type Station = Static<typeof Station>;
export const StationPage = Page(Station);

/** `Lost` drones were silent for too long; `OutOfService` ones were taken out by an operator. */
export const DroneState = literals('Idle', 'Charging', 'OnMission', 'Returning', 'Lost', 'OutOfService');
export type DroneState = Static<typeof DroneState>;

/** What a drone says it is doing. */
export const DroneActivity = literals(
  'Idle',
  'Charging',
  'EnRouteToPickup',
  'Loading',
  'EnRouteToDropoff',
  'Unloading',
  'Returning',
);
export type DroneActivity = Static<typeof DroneActivity>;

export const StateOfCharge = Type.Number({ minimum: 0, maximum: 100, description: 'per cent of the battery' });
const Heading = Type.Number({ minimum: 0, maximum: 360, description: 'degrees clockwise from north' });

/** The order that a drone carries out: repeated in every telemetry answer until the drone echoes its revision. */
export const FlyMission = strict({
  kind: Type.Literal('FlyMission'),
  droneId: Id,
  missionId: Id,
  revision: Type.Integer({ minimum: 1 }),
  pickup: Location,
  dropOff: Location,
  /** Where to go after the drop-off. */
  station: Station,
  /** Not before; the drone waits where it is until then. */
  departAt: Instant,
  /** Parcels are not handed over before. */
  pickupTime: Instant,
  payloadKg: Type.Number({ exclusiveMinimum: 0 }),
  /** Ground time at the pickup and at the drop-off before time scaling, in seconds. */
  loadingS: notNegative,
  unloadingS: notNegative,
});
export type FlyMission = Static<typeof FlyMission>;

/** Give up the mission, or go home: repeated until telemetry shows it done. */
export const ReturnToStation = strict({
  kind: Type.Literal('ReturnToStation'),
  droneId: Id,
  /** The mission given up. */
  missionId: Id,
  revision: Type.Integer({ minimum: 1 }),
  station: Station,
});
export type ReturnToStation = Static<typeof ReturnToStation>;

export const DroneCommand = Type.Union([FlyMission, ReturnToStation]);
export type DroneCommand = Static<typeof DroneCommand>;

export const RegisterDrone = strict({
  droneId: Id,
  modelId: Id,
  stationId: Id,
  stateOfChargePercent: Type.Optional(StateOfCharge),
});
export type RegisterDrone = Static<typeof RegisterDrone>;

export const PatchDrone = Type.Object(
  { state: Type.Optional(literals('InService', 'OutOfService')), stationId: Type.Optional(Id) },
  { additionalProperties: false, minProperties: 1 },
);
export type PatchDrone = Static<typeof PatchDrone>;

export const Drone = strict({
  droneId: Id,
  modelId: Id,
  stationId: Id,
  state: DroneState,
  location: Location,
  stateOfChargePercent: StateOfCharge,
  speedMps: notNegative,
  headingDeg: Heading,
  activity: DroneActivity,
  lastSeenAt: nullable(Instant),
  /** Sequence number of the last telemetry taken; a drone goes on above it. */
  telemetrySequence: Type.Integer({ minimum: 0 }),
  missionId: nullable(Id),
  /** What the drone has to do now: lets a restarted gateway resume its flights. */
  command: nullable(DroneCommand),
});
export type Drone = Static<typeof Drone>;
export const DronePage = Page(Drone);
export const DroneModelPage = Page(DroneModel);

/** Data of the server-sent event `fleet`: the drones that changed since the event before. */
export const FleetEvent = strict({
  at: Instant,
  drones: Type.Array(
    strict({
      droneId: Id,
      state: DroneState,
      activity: DroneActivity,
      location: Location,
      headingDeg: Heading,
      stateOfChargePercent: StateOfCharge,
      missionId: nullable(Id),
    }),
  ),
});
export type FleetEvent = Static<typeof FleetEvent>;

export const telemetryBatchMax = 500;

export const TelemetryReport = strict({
  droneId: Id,
  /** Grows with every report of the drone; what is not above the last one is stale. */
  sequence: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  at: Instant,
  location: Location,
  speedMps: notNegative,
  headingDeg: Heading,
  stateOfChargePercent: StateOfCharge,
  activity: DroneActivity,
  /** The mission and revision that it flies or flew last; echoes the command. */
  missionId: Type.Optional(Id),
  revision: Type.Optional(Type.Integer({ minimum: 1 })),
  /** The parcel of that mission has been set down where it was to go. */
  parcelDelivered: Type.Optional(Type.Boolean()),
});
export type TelemetryReport = Static<typeof TelemetryReport>;

export const TelemetryBatch = strict({
  reports: Type.Array(TelemetryReport, { minItems: 1, maxItems: telemetryBatchMax }),
});
export type TelemetryBatch = Static<typeof TelemetryBatch>;

/** One result a report, in the order sent. */
export const TelemetryAnswer = strict({
  results: Type.Array(
    strict({
      droneId: Id,
      result: literals('accepted', 'stale', 'unknown-drone', 'not-permitted', 'implausible'),
    }),
  ),
  commands: Type.Array(DroneCommand),
});
export type TelemetryAnswer = Static<typeof TelemetryAnswer>;

/**
 * `Deferred`: the pickup is too far ahead to bind a drone. `Waiting`: no drone was free. From `EnRouteToDropoff` on
 * the parcel is on board. `Delivered`, `Failed` and `Released` are final.
 */
export const MissionState = literals(
  'Deferred',
  'Waiting',
  'Assigned',
  'EnRouteToPickup',
  'Loading',
  'EnRouteToDropoff',
  'Unloading',
  'Delivered',
  'Failed',
  'Released',
);
export type MissionState = Static<typeof MissionState>;

/** Internal: what the saga asks of the scheduler; idempotent by delivery and `requestSequence`. */
export const PutDroneDelivery = strict({
  ownerId: Id,
  ...DeliveryPlan.properties,
  expedited: Type.Boolean(),
  packageSize: PackageSize,
  weightKg: Type.Number({ exclusiveMinimum: 0 }),
  requestSequence: RequestSequence,
});
export type PutDroneDelivery = Static<typeof PutDroneDelivery>;

/** The scheduler's whole knowledge of one delivery. */
export const DroneDelivery = strict({
  businessId: Id,
  deliveryId: Id,
  ownerId: nullable(Id),
  state: MissionState,
  /** Orders everything that the scheduler says of this delivery; shared with its mission events. */
  sequence: Type.Integer({ minimum: 0 }),
  revision: Type.Integer({ minimum: 0 }),
  requestSequence: nullable(RequestSequence),
  missionId: nullable(Id),
  droneId: nullable(Id),
  location: nullable(Location),
  pickupEta: nullable(Instant),
  deliveryEta: nullable(Instant),
  departedAt: nullable(Instant),
  pickedUpAt: nullable(Instant),
  deliveredAt: nullable(Instant),
  /** For `Deferred`: ask again then. */
  assignAt: nullable(Instant),
  reason: nullable(Reason),
  updatedAt: Instant,
});
export type DroneDelivery = Static<typeof DroneDelivery>;
/** What the saga needs to know of it. */
export const DroneBinding = strict({ state: MissionState, assignAt: DroneDelivery.properties.assignAt });
export type DroneBinding = Static<typeof DroneBinding>;
export const DroneDeliveryPage = Page(DroneDelivery);

/** Field names are those of the published reference API. */
export const DroneUtilization = strict({
  ownerId: Id,
  year: Type.Integer(),
  month: Type.Integer(),
  /** Statute miles flown with the owner's missions. */
  traveledMiles: Type.Number({ minimum: 0 }),
  /** Hours that drones were bound by the owner's missions. */
  assignedHours: Type.Number({ minimum: 0 }),
  missions: Type.Integer({ minimum: 0 }),
});
export type DroneUtilization = Static<typeof DroneUtilization>;
