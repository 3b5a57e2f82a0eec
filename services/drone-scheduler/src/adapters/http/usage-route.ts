import { operations } from '@dronedelivery/contracts';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import type { UsageStore } from '../../app/ports.ts';

/** International mile: exactly 1609.344 m since the agreement of 1959. */
const metresPerMile = 1609.344;
const msPerHour = 3_600_000;

/** What an owner's missions cost in a month. */
export function addUsageRoute(server: HttpServer, store: UsageStore): void {
  registerOperation(server, operations.getDroneUtilization, async (request) => {
    const { ownerId, year, month } = request.query;
    const usage = await store.usageOf({ businessId: request.business(), ownerId, year, month });
    const traveledMiles = usage.flownM / metresPerMile;
    const assignedHours = usage.boundMs / msPerHour;
    return { status: 200, body: { ownerId, year, month, traveledMiles, assignedHours, missions: usage.missions } };
  });
}
