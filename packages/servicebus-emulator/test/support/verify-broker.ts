import assert from 'node:assert/strict';
import type { Broker } from '../../src/broker/broker.ts';
import { type Ledgers, mixedPaths, sightings } from './mixed-load.ts';

/** Holds everything that a broker has against what its clients were told. */
export function verifyBroker(broker: Broker, ledgers: Ledgers): void {
  for (const path of mixedPaths) {
    const found = sightings(broker, path);
    ledgers[path].verify(found);
    const { active, scheduled, deferred, deadLettered } = broker.findSource(path).counts;
    assert.equal(active + scheduled + deferred + deadLettered, found.length, `${path} miscounts`);
  }
}

/** How many answers were held against what came back. */
export function answersOf(ledgers: Ledgers): number {
  return mixedPaths.reduce((sum, path) => sum + ledgers[path].answered, 0);
}
