import type { DroneDelivery, MissionEventData, PositionsEvent } from '@dronedelivery/contracts';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { startTokenIssuer, type TestTokenIssuer, tempFolder } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createDroneSchedulerService, type Overrides } from '../src/service.ts';
import { courier, home } from './builders.ts';

const subscription = { Subscriptions: [{ Name: 'delivery', Properties: { LockDuration: 'PT1M' } }] };
/** The topics that the scheduler sends to. */
export const brokerConfig = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Topics: [
          {
            Name: 'drone-events',
            Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT10M' },
            ...subscription,
          },
          { Name: 'drone-positions', Properties: { DefaultMessageTimeToLive: 'PT10S' }, ...subscription },
        ],
      },
    ],
  },
};

/** A broker, an issuer of tokens and a folder, shared by the services of one test. */
export interface Surroundings extends AsyncDisposable {
  readonly issuer: TestTokenIssuer;
  readonly emulator: Emulator;
  readonly missionEvents: MissionEventData[];
  readonly traceparents: (string | undefined)[];
  readonly positions: PositionsEvent['data']['positions'];
  /** Settings of a scheduler in these surroundings. */
  readonly env: Readonly<Record<string, string>>;
  readonly start: (env?: Readonly<Record<string, string>>, overrides?: Overrides) => Promise<Scheduler>;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Scheduler extends AsyncDisposable {
  readonly url: string;
  readonly call: (token: string, method: string, path: string, body?: unknown) => Promise<Reply>;
  readonly put: (deliveryId: string, body: object) => Promise<Reply & { readonly body: DroneDelivery }>;
}

export async function surroundings(): Promise<Surroundings> {
  const resources = new AsyncDisposableStack();
  const issuer = resources.use(await startTokenIssuer());
  const folder = resources.use(await tempFolder());
  const emulator = resources.use(await startServiceBusEmulator({ config: brokerConfig }));
  const bus = resources.use(await connectServiceBus({ connectionString: emulator.connectionString }));
  const missionEvents: MissionEventData[] = [];
  const traceparents: (string | undefined)[] = [];
  const positions: PositionsEvent['data']['positions'] = [];
  const listen = (topic: string, take: (event: never) => void) =>
    bus.receive({
      from: { topic, subscription: 'delivery' },
      concurrencyMax: 1,
      logger: silentLogger,
      async handler({ body }) {
        take(JSON.parse(body.toString()) as never);
        return complete;
      },
    });
  listen('drone-events', ({ data, traceparent }: { data: MissionEventData; traceparent?: string }) => {
    missionEvents.push(data);
    traceparents.push(traceparent);
  });
  listen('drone-positions', ({ data }: PositionsEvent) => positions.push(...data.positions));
  const env = {
    DATA_DIR: folder.path,
    TOKEN_ISSUER: issuer.issuer,
    JWKS_URL: issuer.jwksUrl,
    SERVICEBUS_CONNECTION_STRING: emulator.connectionString,
    LOG_LEVEL: 'silent',
  };
  const start: Surroundings['start'] = async (more = {}, overrides = {}) =>
    schedulerAt(await createDroneSchedulerService(readConfig({ ...env, ...more }), overrides), issuer);
  return {
    issuer,
    emulator,
    missionEvents,
    traceparents,
    positions,
    env,
    start,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** A client of a running scheduler, which it owns. */
export function schedulerAt(service: AsyncDisposable & { readonly url: string }, issuer: TestTokenIssuer): Scheduler {
  const call: Scheduler['call'] = async (authorization, method, path, body) => {
    const headers = { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(service.url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    return { status: response.status, body: answer === '' ? null : JSON.parse(answer), headers: response.headers };
  };
  return {
    url: service.url,
    call,
    put: async (deliveryId, body) => {
      const path = `/v1/dronedeliveries/${deliveryId}?businessId=fabrikam`;
      const reply = await call(issuer.service('workflow'), 'PUT', path, body);
      return reply as Reply & { readonly body: DroneDelivery };
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** One model, one station, and so many drones at it. */
export async function openFleet(scheduler: Scheduler, issuer: TestTokenIssuer, drones: readonly string[]) {
  const operator = issuer.operator();
  await scheduler.call(operator, 'PUT', `/v1/dronemodels/${courier.modelId}`, courier);
  await scheduler.call(operator, 'PUT', `/v1/stations/${home.stationId}`, home);
  const register = (droneId: string) =>
    scheduler.call(operator, 'POST', '/v1/drones', { droneId, modelId: courier.modelId, stationId: home.stationId });
  return Promise.all(drones.map(register));
}
