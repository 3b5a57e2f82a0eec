import { operations } from '@dronedelivery/contracts';
import { RemoteError, type ServiceClient } from '@dronedelivery/service-kit/http-client';
import type { AskScheduler } from '../../app/ports.ts';

export function createAskScheduler(client: ServiceClient): AskScheduler {
  return async ({ businessId, id }, signal) => {
    try {
      const parts = { params: { id }, query: { businessId } };
      return (await client.call(operations.getDroneDelivery, parts, { signal })).body;
    } catch (error) {
      if (error instanceof RemoteError && error.code === 'not-found') return undefined;
      throw error;
    }
  };
}
