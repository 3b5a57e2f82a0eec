import { type Drone, operations, pageLimitMax } from '@dronedelivery/contracts';
import { RemoteError, type ServiceClient, TransientError } from '@dronedelivery/service-kit/http-client';
import type { FleetRegister, ReportTelemetry } from '../../app/ports.ts';

/** The fleet as drone-scheduler keeps it. */
export function httpFleetRegister(client: ServiceClient): FleetRegister {
  return {
    drones: (signal) => allPages((query) => client.call(operations.listDrones, { query }, { signal })),
    models: (signal) => allPages((query) => client.call(operations.listDroneModels, { query }, { signal })),
    stations: (signal) => allPages((query) => client.call(operations.listStations, { query }, { signal })),
    async addModel(model, signal) {
      await client.call(operations.putDroneModel, { params: { id: model.modelId }, body: model }, { signal });
    },
    async addStation(station, signal) {
      await client.call(operations.putStation, { params: { id: station.stationId }, body: station }, { signal });
    },
    async addDrone(drone, signal): Promise<Drone> {
      try {
        return (await client.call(operations.registerDrone, { body: drone }, { signal })).body;
      } catch (error) {
        if (!(error instanceof RemoteError) || error.code !== 'already-exists') throw error;
        return (await client.call(operations.getDrone, { params: { id: drone.droneId } }, { signal })).body;
      }
    },
  };
}

/** One attempt a batch: by the time of another the drones have newer things to tell. */
export function httpTelemetry(client: ServiceClient): ReportTelemetry {
  return async (reports, signal) => {
    try {
      const { body } = await client.call(operations.reportTelemetry, { body: { reports: [...reports] } }, { signal });
      return { kind: 'answered', answer: body };
    } catch (error) {
      const retryAfterMs = error instanceof TransientError ? (error.retryAfterMs ?? 0) : 0;
      return { kind: 'failed', retryAfterMs, why: error instanceof Error ? error.message : String(error) };
    }
  };
}

interface PageAnswer<T> {
  readonly body: { readonly items: readonly T[]; readonly nextCursor?: string };
}

interface PageWish {
  readonly limit: number;
  readonly cursor?: string;
}

/** No fleet has so many pages; a cursor that leads in circles ends here. */
const pagesMax = 10_000;

async function allPages<T>(fetchPage: (query: PageWish) => Promise<PageAnswer<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let query: PageWish = { limit: pageLimitMax };
  for (let page = 0; page < pagesMax; page += 1) {
    const { body } = await fetchPage(query);
    items.push(...body.items);
    if (body.nextCursor === undefined) break;
    query = { limit: pageLimitMax, cursor: body.nextCursor };
  }
  return items;
}
