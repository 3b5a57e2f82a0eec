import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Clock } from '@dronedelivery/service-kit/clock';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import type { Fleet } from '../../app/fleet.ts';
import { controlOperations } from './control-operations.ts';

/** Faults and pauses on request. The server listens on loopback alone: that is its access rule. */
export function registerControl(server: HttpServer, fleet: Fleet, clock: Pick<Clock, 'now'>): void {
  registerOperation(server, controlOperations.injectFault, ({ body: { droneId, kind } }) => {
    if (!fleet.inject(droneId, kind, clock.now())) throw new AppError('not-found', `no drone ${droneId} is flown here`);
    return { status: 204 };
  });
  registerOperation(server, controlOperations.pauseFlights, () => {
    fleet.pause(clock.now());
    return { status: 204 };
  });
  registerOperation(server, controlOperations.resumeFlights, () => {
    fleet.resume(clock.now());
    return { status: 204 };
  });
}
