import { createClientCredentials } from '@dronedelivery/service-kit/auth';
import { createServiceClient, type ServiceClient } from '@dronedelivery/service-kit/http-client';
import type { Logger } from '@dronedelivery/service-kit/logger';
import type { Clients } from './dependencies.ts';

export interface ServiceClientsOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly deliveryUrl: readonly string[];
  readonly packageUrl: readonly string[];
  readonly droneSchedulerUrl: readonly string[];
  /** Of one attempt. */
  readonly callTimeoutMs: number;
  readonly callRetries: number;
  readonly callsInFlightMax: number;
  readonly callsWaitingMax: number;
  readonly breakerOpenMs: number;
}

export interface ServiceClients extends Clients, AsyncDisposable {
  readonly all: readonly ServiceClient[];
}

/** A client for each dependency, so that a bad one neither fills the others' bulkhead nor opens their breaker. */
export function createServiceClients(options: ServiceClientsOptions, logger: Logger): ServiceClients {
  const { tokenUrl, clientId, clientSecret } = options;
  const tokenSource = createClientCredentials({ tokenUrl, clientId, clientSecret, logger });
  const client = (name: string, baseUrls: readonly string[]) =>
    createServiceClient({
      name,
      baseUrls,
      tokenSource,
      logger,
      timeoutMs: options.callTimeoutMs,
      attemptsMax: options.callRetries + 1,
      concurrencyMax: options.callsInFlightMax,
      queueMax: options.callsWaitingMax,
      breakerPauseMs: options.breakerOpenMs,
      breakerPauseMsMax: options.breakerOpenMs,
    });
  const clients = {
    delivery: client('delivery', options.deliveryUrl),
    package: client('package', options.packageUrl),
    scheduler: client('drone-scheduler', options.droneSchedulerUrl),
  };
  const all = Object.values(clients);
  return {
    ...clients,
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}
