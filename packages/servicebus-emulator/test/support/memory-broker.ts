import { Broker } from '../../src/broker/broker.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { SqliteStore } from '../../src/storage/sqlite-store.ts';
import { ManualClock } from './manual-clock.ts';

/** A broker that lives in memory, by a clock of its own, without any network. */
export function createMemoryBroker(config: unknown): { readonly broker: Broker; readonly clock: ManualClock } {
  const clock = new ManualClock(Date.UTC(2030, 0, 1));
  const store = new SqliteStore(':memory:', {
    beforeCommit: () => undefined,
    bytesMax: Number.POSITIVE_INFINITY,
    nowMs: () => clock.nowMs(),
    onRoom: () => undefined,
  });
  let tokens = 0;
  const newLockToken = () => {
    const token = Buffer.alloc(16);
    token.writeUInt32BE(++tokens);
    return token;
  };
  return { broker: new Broker(parseConfig(config), store, clock, newLockToken), clock };
}
