import type { Clock } from '@dronedelivery/service-kit/clock';
import type { HttpServer } from '@dronedelivery/service-kit/http';
import type { Dispatch } from '../../app/dispatch.ts';
import type { FleetOffice } from '../../app/manage-fleet.ts';
import type { UsageStore } from '../../app/ports.ts';
import type { TelemetryDesk } from '../../app/take-telemetry.ts';
import type { FleetEvents } from '../../events.ts';
import { addCatalogueRoutes } from './catalogue-routes.ts';
import { addDroneRoutes } from './drone-routes.ts';
import { addMissionRoutes } from './mission-routes.ts';
import { addTelemetryRoute } from './telemetry-route.ts';
import { addUsageRoute } from './usage-route.ts';
import { addWatchRoute } from './watch-route.ts';

export interface Served {
  readonly dispatch: Dispatch;
  readonly office: FleetOffice;
  readonly desk: TelemetryDesk;
  readonly usage: UsageStore;
  readonly events: FleetEvents;
  readonly clock: Clock;
  readonly watchersMax: number;
}

/** Every operation of the scheduler. */
export function addRoutes(
  server: HttpServer,
  { dispatch, office, desk, usage, events, clock, watchersMax }: Served,
): void {
  addMissionRoutes(server, dispatch, events);
  addUsageRoute(server, usage);
  addTelemetryRoute(server, desk, events);
  addDroneRoutes(server, office);
  addWatchRoute(server, office.fleet, clock, watchersMax);
  addCatalogueRoutes(server, office.store);
}
