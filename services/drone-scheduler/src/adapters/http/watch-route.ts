import { operations } from '@dronedelivery/contracts';
import { type Clock, pause } from '@dronedelivery/service-kit/clock';
import { type EventStream, type HttpServer, registerEventStream } from '@dronedelivery/service-kit/http';
import type { FleetView } from '../../app/fleet-view.ts';
import type { Drone } from '../../domain/drone.ts';
import { instant } from '../../domain/mission.ts';
import { presentOnMap } from './present-drone.ts';

const intervalMs = 1000;

/**
 * Server-sent events: the whole fleet first, then what has changed, at most once a second. A watcher who reads slowly
 * skips states and never sees an old one after a newer one.
 */
export function addWatchRoute(server: HttpServer, fleet: FleetView, clock: Clock, watchersMax: number): void {
  const work = async (stream: EventStream) => {
    const changed = new Map<string, Drone>();
    for (const drone of fleet.drones()) changed.set(drone.droneId, drone);
    const stopListening = fleet.onChange((drones) => {
      for (const drone of drones) changed.set(drone.droneId, drone);
    });
    try {
      await tellUntilGone(stream, changed, fleet, clock);
    } finally {
      stopListening();
    }
  };
  registerEventStream(server, operations.watchFleet, () => work, { streamsMax: watchersMax, clock });
}

async function tellUntilGone(
  stream: EventStream,
  changed: Map<string, Drone>,
  fleet: FleetView,
  clock: Clock,
): Promise<void> {
  while (!stream.signal.aborted) {
    await fleet.refresh();
    if (changed.size > 0 && stream.send({ event: 'fleet', data: fleetEvent(changed, clock) })) changed.clear();
    await pause(clock, intervalMs, stream.signal);
    await stream.writable();
  }
}

function fleetEvent(changed: ReadonlyMap<string, Drone>, clock: Clock) {
  return { at: instant(clock.now()), drones: [...changed.values()].map(presentOnMap) };
}
