import type { FaultDefinition, FaultReport } from '@dronedelivery/servicebus-emulator';
import type { TestSystem } from './test-system.ts';

/** Makes the broker of a system that was started with `brokerFaults` go wrong. */
export interface BrokerFaults {
  /** Takes the place of all that were set before. A broker that starts again has none. */
  set(faults: readonly FaultDefinition[]): Promise<void>;
  clear(): Promise<void>;
  /** How often each has struck, in the order in which they were set. */
  counts(): Promise<number[]>;
}

export function brokerFaults({ system }: TestSystem): BrokerFaults {
  const broker = system.instances.find(({ component }) => component === 'broker');
  const ask = async (method: string, body?: object): Promise<readonly FaultReport[]> => {
    const request = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${broker?.url}/faults`, request);
    if (!response.ok) throw new Error(`${method} /faults: ${response.status} ${await response.text()}`);
    const { faults } = (await response.json()) as { readonly faults: readonly FaultReport[] };
    return faults;
  };
  return {
    async set(faults) {
      await ask('PUT', faults);
    },
    async clear() {
      await ask('DELETE');
    },
    async counts() {
      return (await ask('GET')).map(({ strikes }) => strikes);
    },
  };
}
