import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { createHttpServer } from '@dronedelivery/service-kit/http';
import type { Service } from '@dronedelivery/service-kit/lifecycle';
import { createLogger, type Logger } from '@dronedelivery/service-kit/logger';
import { connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { httpDependencies } from './adapters/http/dependencies.ts';
import { createServiceClients } from './adapters/http/service-clients.ts';
import { pauseWhileOpen } from './adapters/servicebus/breaker-pause.ts';
import { receiveRequests } from './adapters/servicebus/receive-requests.ts';
import { createSendCopy } from './adapters/servicebus/send-copy.ts';
import { createHandleRequest } from './app/handle-request.ts';
import { policyOf, type WorkflowConfig } from './config.ts';
import { createSagaEvents } from './events.ts';

export interface WorkflowOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly random?: () => number;
}

export async function createWorkflowService(
  config: WorkflowConfig,
  overrides: WorkflowOverrides = {},
): Promise<Service> {
  const { clock = systemClock, random = Math.random } = overrides;
  const logger = overrides.logger ?? createLogger({ service: 'workflow', level: config.logLevel });
  const events = createSagaEvents(logger);
  await using resources = new AsyncDisposableStack();

  const clients = resources.use(createServiceClients(config, logger));
  const bus = resources.use(
    await connectServiceBus({
      connectionString: config.servicebusConnectionString,
      fullyQualifiedNamespace: config.servicebusNamespace,
    }),
  );
  const handleRequest = createHandleRequest({
    dependencies: httpDependencies(clients),
    sendCopy: createSendCopy(bus, clock),
    now: () => clock.now(),
    random,
    policy: policyOf(config),
    events,
  });
  const { concurrency, silenceMs, drainLimitMs } = config;
  const receiver = receiveRequests(bus, { handleRequest, events, logger, concurrency, silenceMs, drainLimitMs });
  resources.use(
    pauseWhileOpen(receiver, clients.all, { clock, pauseMs: config.breakerOpenMs, onPause: () => events.paused() }),
  );

  const server = resources.use(createHttpServer({ name: 'workflow', host: config.host, port: config.port, logger }));
  const url = await server.listen();

  const running = resources.move();
  return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
