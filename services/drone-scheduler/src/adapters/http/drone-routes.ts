import { operations } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { maySpeakForDrone, type Principal } from '@dronedelivery/service-kit/auth';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { changeDrone, type FleetOffice, registerDrone } from '../../app/manage-fleet.ts';
import type { Drone } from '../../domain/drone.ts';
import { cursorOf, pageOf, partsOfCursor } from './cursor.ts';
import { presentDrone } from './present-drone.ts';

/** The fleet, as operators and the drones themselves see it. */
export function addDroneRoutes(server: HttpServer, office: FleetOffice): void {
  registerOperation(server, operations.listDrones, async ({ query, principal }) => {
    const { limit = 50, cursor, ...filters } = query;
    const [after = null] = cursor === undefined ? [] : partsOfCursor(cursor, 1);
    const scope = isOperator(principal) ? {} : { scope: principal.drones ?? [] };
    const found = await office.store.listDrones({ ...filters, ...scope, limit: limit + 1, after });
    return { status: 200, body: pageOf(found, limit, ({ droneId }: Drone) => cursorOf(droneId), presentDrone) };
  });

  registerOperation(server, operations.getDrone, async ({ params, principal }) => {
    const mayRead = isOperator(principal) || maySpeakForDrone(principal, params.id);
    const drone = mayRead ? await office.store.findDrone(params.id) : undefined;
    if (drone === undefined) throw new AppError('not-found');
    return { status: 200, body: presentDrone(drone) };
  });

  registerOperation(server, operations.registerDrone, async ({ body }) => {
    return { status: 201, body: presentDrone(await registerDrone(office, body)) };
  });

  registerOperation(server, operations.patchDrone, async ({ params, body }) => {
    const { state, stationId } = body;
    const change = {
      ...(state === undefined ? {} : { outOfService: state === 'OutOfService' }),
      ...(stationId === undefined ? {} : { stationId }),
    };
    return { status: 200, body: presentDrone(await changeDrone(office, params.id, change)) };
  });
}

function isOperator({ roles }: Principal): boolean {
  return roles.includes('operator');
}
