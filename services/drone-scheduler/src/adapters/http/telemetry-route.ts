import { operations } from '@dronedelivery/contracts';
import { maySpeakForDrone } from '@dronedelivery/service-kit/auth';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { type TelemetryDesk, takeTelemetry } from '../../app/take-telemetry.ts';
import type { FleetEvents } from '../../events.ts';

/** Telemetry in, commands out. */
export function addTelemetryRoute(server: HttpServer, desk: TelemetryDesk, events: FleetEvents): void {
  registerOperation(server, operations.reportTelemetry, async ({ body, principal }) => {
    const answer = await takeTelemetry(desk, body.reports, (droneId) => maySpeakForDrone(principal, droneId));
    events.reportsTaken(answer.results);
    return { status: 200, body: answer };
  });
}
