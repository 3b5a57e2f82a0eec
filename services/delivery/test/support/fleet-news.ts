import { randomUUID } from 'node:crypto';
import {
  type DeliveryStageEvent,
  type DronePosition,
  eventTypes,
  type MissionEventData,
  type MissionFlightPlan,
  subscriptions,
  topics,
} from '@dronedelivery/contracts';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { pickupMs } from './bodies.ts';
import { flight } from './commands.ts';
import { businessId } from './running-delivery.ts';

/** Somebody who wants to hear of deliveries. */
const listener = 'listener';
const subscription = (name: string) => ({ Name: name, Properties: { LockDuration: 'PT10S', MaxDeliveryCount: 10 } });

const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: [],
        Topics: [
          { Name: topics.droneEvents, Subscriptions: [subscription(subscriptions.delivery)] },
          { Name: topics.dronePositions, Subscriptions: [subscription(subscriptions.delivery)] },
          { Name: topics.deliveryEvents, Subscriptions: [subscription(listener)] },
        ],
      },
    ],
    Logging: { Type: 'Console' },
  },
};

export interface FleetNews extends AsyncDisposable {
  readonly emulator: Emulator;
  sendMission(data: Partial<MissionEventData> & Pick<MissionEventData, 'kind' | 'deliveryId'>): Promise<void>;
  sendPositions(...positions: readonly Partial<DronePosition>[]): Promise<void>;
  sendRaw(topic: string, body: string): Promise<void>;
  deadLetters(topic: string): Promise<readonly { readonly reason: string | undefined }[]>;
  /** What was published on `delivery-events` about one delivery, in order of arrival. */
  stagesOf(deliveryId: string): readonly DeliveryStageEvent[];
}

export const missionPlan: MissionFlightPlan = {
  pickup: flight.pickup,
  dropOff: flight.dropOff,
  pickupTime: instant(pickupMs),
  departAt: instant(pickupMs - 300_000),
  pickupEta: instant(pickupMs + 30_000),
  deliveryEta: instant(pickupMs + 600_000),
  payloadKg: 2,
  loadingS: 30,
  unloadingS: 30,
  performance: flight.performance,
};

/** The scheduler's side of the topics, on the real emulator. */
export async function startFleetNews(port = 0): Promise<FleetNews> {
  const resources = new AsyncDisposableStack();
  const emulator = resources.use(await startServiceBusEmulator({ config, port }));
  const bus = resources.use(await connectServiceBus({ connectionString: emulator.connectionString }));
  const published: DeliveryStageEvent[] = [];
  bus.receive({
    from: { topic: topics.deliveryEvents, subscription: listener },
    logger: silentLogger,
    concurrencyMax: 1,
    handler: async ({ body }) => {
      published.push(JSON.parse(body.toString()));
      return complete;
    },
  });
  const send = (topic: string, id: string, body: string) => bus.sender(topic).send({ messageId: id, body });
  const sendEvent = (topic: string, type: string, data: unknown) => {
    const id = randomUUID();
    const envelope = { specversion: '1.0', id, source: '/test', type, time: instant(Date.now()) };
    return send(topic, id, JSON.stringify({ ...envelope, datacontenttype: 'application/json', data }));
  };
  return {
    emulator,
    sendMission: (data) =>
      sendEvent(topics.droneEvents, eventTypes.mission, {
        businessId,
        missionId: 'mission-1',
        droneId: 'drone-1',
        revision: 1,
        sequence: 1,
        occurredAt: instant(Date.now()),
        location: null,
        plan: data.kind === 'assigned' ? missionPlan : null,
        reason: null,
        ...data,
      }),
    sendPositions: (...positions) =>
      sendEvent(topics.dronePositions, eventTypes.positions, {
        positions: positions.map((position) => ({ ...defaultPosition(), ...position })),
      }),
    sendRaw: (topic, body) => send(topic, randomUUID(), body),
    deadLetters: async (topic) => {
      await using browser = bus.browse({ topic, subscription: subscriptions.delivery, deadLetters: true });
      const found = await browser.peek({ max: 10 });
      return found.map(({ deadLetterReason }) => ({ reason: deadLetterReason }));
    },
    stagesOf: (deliveryId) => published.filter(({ data }) => data.deliveryId === deliveryId),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function defaultPosition() {
  return {
    businessId,
    missionId: 'mission-1',
    droneId: 'drone-1',
    revision: 1,
    telemetrySequence: 1,
    at: instant(Date.now()),
    location: { latitude: 47.61, longitude: -122.31, altitude: 80 },
    speedMps: 20,
    headingDeg: 10,
    activity: 'EnRouteToPickup',
  };
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
