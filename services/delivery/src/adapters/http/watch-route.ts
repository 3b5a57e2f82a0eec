import { operations } from '@dronedelivery/contracts';
import { type EventStream, type HttpServer, registerEventStream } from '@dronedelivery/service-kit/http';
import type { DeliveryChanges, DeliveryRecord } from '../../app/ports.ts';
import type { DeliveryQueries } from '../../app/queries.ts';
import { statusEventView } from '../../app/views.ts';
import type { ArrivalSurroundings } from '../../domain/arrivals.ts';
import type { DeliveryKey } from '../../domain/delivery.ts';
import { isFinal } from '../../domain/stage.ts';
import { notFound } from './answers.ts';

export interface WatchRoutePorts {
  readonly queries: DeliveryQueries;
  readonly changes: DeliveryChanges;
  readonly surroundings: () => ArrivalSurroundings;
}

/** The present status first, then each change; several changes while a client is slow become one event. */
export function registerWatchRoute(server: HttpServer, ports: WatchRoutePorts, streamsMax: number): void {
  registerEventStream(
    server,
    operations.watchDelivery,
    async (request) => {
      const key = { businessId: request.business(), id: request.params.id };
      if ((await ports.queries.find(key)) === undefined) throw notFound(key);
      return (stream) => follow(stream, key, ports);
    },
    { streamsMax },
  );
}

async function follow(stream: EventStream, key: DeliveryKey, ports: WatchRoutePorts): Promise<void> {
  const { queries, changes, surroundings } = ports;
  const bell = new Bell();
  const ring = () => bell.ring();
  stream.signal.addEventListener('abort', ring);
  // Watched before it is read: a change in between rings the bell.
  using _watching = changes.watch(key, ring);
  while (!stream.signal.aborted) {
    const record: DeliveryRecord | undefined = await queries.find(key);
    if (record === undefined) return;
    const id = `${record.state.historySequence}`;
    stream.send({ event: 'status', data: statusEventView(record, surroundings()), id });
    if (isFinal(record.state.stage)) return;
    await bell.rung();
    await stream.writable();
  }
}

/** Rings that come while nobody waits are one ring. */
class Bell {
  #next = Promise.withResolvers<void>();

  ring(): void {
    this.#next.resolve();
  }

  async rung(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers<void>();
  }
}
