import assert from 'node:assert/strict';
import { type DeliveryRequestMessage, messageProperties, queues, tokenAudience } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { connectServiceBus, type PeekedMessage, type ServiceBus } from '@dronedelivery/service-kit/servicebus';
import { type Emulator, startServiceBusEmulator } from '@dronedelivery/servicebus-emulator';
import { startTokenIssuer, type TestTokenIssuer } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createWorkflowService, type WorkflowOverrides } from '../src/service.ts';
import { readSupervisorConfig } from '../src/supervisor-config.ts';
import { createSupervisorService } from '../src/supervisor-service.ts';
import { StandInWorld } from './stand-in-world.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

const queue = (name: string, lock: string) => ({
  Name: name,
  Properties: {
    DeadLetteringOnMessageExpiration: true,
    DefaultMessageTimeToLive: 'P7D',
    DuplicateDetectionHistoryTimeWindow: 'PT10M',
    LockDuration: lock,
    MaxDeliveryCount: 5,
    RequiresDuplicateDetection: true,
    RequiresSession: false,
  },
});

const subscribed = (name: string) => ({
  Name: name,
  Properties: { DefaultMessageTimeToLive: 'P7D', RequiresDuplicateDetection: false },
  Subscriptions: [
    { Name: 'delivery', Properties: { LockDuration: 'PT5S', MaxDeliveryCount: 2, RequiresSession: false } },
  ],
});

export const brokerConfig = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'test',
        Queues: [queue(queues.deliveryRequests, 'PT5S'), queue(queues.parked, 'PT5S')],
        Topics: [subscribed('drone-events'), subscribed('drone-positions')],
      },
    ],
    Logging: { Type: 'File' },
  },
};

/** Broker, stand-ins and a connection of the test's own: everything that workflow and supervisor need around them. */
export class Surroundings implements AsyncDisposable {
  readonly world: StandInWorld;
  readonly issuer: TestTokenIssuer;
  readonly emulator: Emulator;
  readonly standIns: StandIns;
  readonly bus: ServiceBus;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<Surroundings, 'world' | 'issuer' | 'emulator' | 'standIns' | 'bus'>,
    stack: AsyncDisposableStack,
  ) {
    this.world = parts.world;
    this.issuer = parts.issuer;
    this.emulator = parts.emulator;
    this.standIns = parts.standIns;
    this.bus = parts.bus;
    this.#stack = stack;
  }

  static async start(): Promise<Surroundings> {
    await using stack = new AsyncDisposableStack();
    const emulator = stack.use(await startServiceBusEmulator({ config: brokerConfig }));
    const world = new StandInWorld();
    const issuer = stack.use(await startTokenIssuer());
    const verifier = createTokenVerifier({ ...issuer, audience: tokenAudience });
    const standIns = stack.use(await startStandIns(world, verifier));
    const bus = stack.use(await connectServiceBus({ connectionString: emulator.connectionString }));
    return new Surroundings({ world, issuer, emulator, standIns, bus }, stack.move());
  }

  /** Settings in which waiting takes milliseconds. */
  environment(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { urls } = this.standIns;
    return {
      SERVICEBUS_CONNECTION_STRING: this.emulator.connectionString,
      TOKEN_URL: this.issuer.tokenUrl,
      CLIENT_ID: 'workflow',
      CLIENT_SECRET: 'a-secret-that-is-long-enough',
      DELIVERY_URL: urls.delivery,
      PACKAGE_URL: urls.package,
      DRONE_SCHEDULER_URL: urls['drone-scheduler'],
      CALL_TIMEOUT_MS: '3000',
      CALL_RETRIES: '1',
      BREAKER_OPEN_MS: '300',
      NO_DRONE_DELAY_FIRST_MS: '50',
      NO_DRONE_DELAY_MAX_MS: '200',
      TRANSIENT_DELAY_FIRST_MS: '50',
      TRANSIENT_DELAY_MAX_MS: '200',
      BEFORE_CREATE_DELAY_MS: '50',
      RELEASE_PENDING_DELAY_MS: '100',
      DEADLINE_GRACE_MS: '200',
      DRAIN_LIMIT_MS: '1000',
      LOG_LEVEL: 'silent',
      ...changes,
    };
  }

  startWorkflow(changes: Readonly<Record<string, string>> = {}, overrides: WorkflowOverrides = {}): Promise<Service> {
    return createWorkflowService(readConfig(this.environment(changes)), { logger: silentLogger, ...overrides });
  }

  startSupervisor(changes: Readonly<Record<string, string>> = {}): Promise<Service> {
    const { issuer, jwksUrl } = this.issuer;
    const quick = { TOKEN_ISSUER: issuer, JWKS_URL: jwksUrl, RESUBMISSION_DELAY_MS: '50', RETRY_DELAY_MS: '50' };
    return createSupervisorService(readSupervisorConfig(this.environment({ ...quick, ...changes })), {
      logger: silentLogger,
    });
  }

  async send(message: DeliveryRequestMessage, traceparent?: string): Promise<void> {
    const { businessId, deliveryId, kind } = message;
    const names = messageProperties;
    await this.bus.sender(queues.deliveryRequests).send({
      messageId: message.requestId,
      body: JSON.stringify(message),
      properties: { [names.businessId]: businessId, [names.deliveryId]: deliveryId, [names.kind]: kind },
      ...(traceparent === undefined ? {} : { traceparent }),
    });
  }

  async peekAll(from: { readonly queue: string; readonly deadLetters?: boolean }): Promise<readonly PeekedMessage[]> {
    await using browser = this.bus.browse(from);
    return await browser.peek({ max: 2000 });
  }

  /** Waits until nothing of the request queue is left to do. */
  async untilIdle(limitMs = 60_000): Promise<void> {
    const entity = () => this.emulator.status().entities.find(({ name }) => name === queues.deliveryRequests);
    await eventually(() => {
      const { active, scheduled } = entity() ?? {};
      assert.deepEqual({ active, scheduled }, { active: 0, scheduled: 0 });
    }, limitMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** Tries until it holds; then the last failure tells what did not. */
export async function eventually(holds: () => void | Promise<void>, limitMs = 60_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
