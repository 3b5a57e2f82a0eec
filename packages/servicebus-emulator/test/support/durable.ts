import type { Broker } from '../../src/broker/broker.ts';

/** Once what was changed until now is durable. */
export function durable(broker: Broker): Promise<void> {
  return new Promise((resolve, reject) => {
    broker.whenDurable((failure) => (failure === undefined ? resolve() : reject(failure)));
  });
}
