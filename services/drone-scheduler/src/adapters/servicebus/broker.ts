import type { PositionsEvent } from '@dronedelivery/contracts';
import type { OutboxMessage } from '@dronedelivery/service-kit/outbox';

/** Where events and positions go. */
export interface Broker extends AsyncDisposable {
  /** Resolves once all are accepted; they are in order. */
  readonly sendEvents: (entity: string, messages: readonly OutboxMessage[]) => Promise<void>;
  readonly sendPositions: (event: PositionsEvent) => Promise<void>;
}

export async function connectBroker(_config: unknown, _logger: unknown): Promise<Broker> {
  throw new Error('not yet');
}
