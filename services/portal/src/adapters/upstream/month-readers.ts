import { operations } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { RemoteError, type ServiceClient, TransientError } from '@dronedelivery/service-kit/http-client';
import type { MonthReaders } from '../../app/invoices.ts';

export interface Clients {
  readonly delivery: ServiceClient;
  readonly package: ServiceClient;
  readonly droneScheduler: ServiceClient;
}

export function createMonthReaders({ delivery, package: packages, droneScheduler }: Clients): MonthReaders {
  return {
    deliveries: async (query, authorization, signal) => {
      const call = delivery.call(operations.getDeliverySummary, { query }, { authorization, signal });
      return (await call.catch(explained('delivery', signal))).body;
    },
    packages: async ({ ownerId, ...query }, authorization, signal) => {
      const parts = { params: { ownerId }, query };
      const call = packages.call(operations.getPackageSummary, parts, { authorization, signal });
      return (await call.catch(explained('package', signal))).body;
    },
    utilization: async (query, authorization, signal) => {
      const call = droneScheduler.call(operations.getDroneUtilization, { query }, { authorization, signal });
      return (await call.catch(explained('drone-scheduler', signal))).body;
    },
  };
}

/** Turns a failed call into what the caller of the invoice is told: always with the service that it waited for. */
function explained(service: string, signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    if (error instanceof RemoteError && error.code !== undefined) {
      throw new AppError(error.code, `${service}: ${error.detail ?? error.message}`, {
        ...(error.errors === undefined ? {} : { errors: error.errors }),
        cause: error,
      });
    }
    const isLate = signal.aborted
      ? isTimeout(signal.reason)
      : error instanceof TransientError && error.kind === 'timeout';
    if (isLate) throw new AppError('upstream-timeout', `${service} did not answer in time`, { cause: error });
    if (error instanceof TransientError) {
      const retryAfterS = Math.max(1, (error.retryAfterMs ?? 0) / 1000);
      throw new AppError('unavailable', `${service} cannot answer at the moment`, { retryAfterS, cause: error });
    }
    throw error;
  };
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}
