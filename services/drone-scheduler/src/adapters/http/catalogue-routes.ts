import { type DroneModel, operations, type Station } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import type { FleetStore, IdPage } from '../../app/ports.ts';
import { cursorOf, pageOf, partsOfCursor } from './cursor.ts';

/** Models and stations. */
export function addCatalogueRoutes(server: HttpServer, store: FleetStore): void {
  registerOperation(server, operations.putDroneModel, async ({ params, body }) => {
    checkSameId(params.id, body.modelId, '/modelId');
    const outcome = await store.putModel(body);
    if (outcome === 'in-use') throw new AppError('conflict', 'there are drones of this model');
    return { status: outcome === 'created' ? 201 : 200, body };
  });

  registerOperation(server, operations.listDroneModels, async ({ query }) => {
    const { limit, page } = pageAsked(query);
    const found = await store.listModels(page);
    return { status: 200, body: pageOf(found, limit, ({ modelId }) => cursorOf(modelId), unchanged<DroneModel>) };
  });

  registerOperation(server, operations.putStation, async ({ params, body }) => {
    checkSameId(params.id, body.stationId, '/stationId');
    const outcome = await store.putStation(body);
    return { status: outcome === 'created' ? 201 : 200, body };
  });

  registerOperation(server, operations.listStations, async ({ query }) => {
    const { limit, page } = pageAsked(query);
    const found = await store.listStations(page);
    return { status: 200, body: pageOf(found, limit, ({ stationId }) => cursorOf(stationId), unchanged<Station>) };
  });
}

function unchanged<T>(item: T): T {
  return item;
}

/** One more than asked for tells whether there is a next page. */
function pageAsked({ limit = 50, cursor }: { limit?: number; cursor?: string }): { limit: number; page: IdPage } {
  const [after = null] = cursor === undefined ? [] : partsOfCursor(cursor, 1);
  return { limit, page: { limit: limit + 1, after } };
}

function checkSameId(inPath: string, inBody: string, path: string): void {
  if (inPath === inBody) return;
  const errors = [{ in: 'body', path, expected: 'the id that the path names' }] as const;
  throw new AppError('validation-failed', 'path and body name different ids', { errors });
}
