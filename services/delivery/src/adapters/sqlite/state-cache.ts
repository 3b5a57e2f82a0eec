import { LRUCache } from 'lru-cache';
import type { DeliveryKey, DeliveryState } from '../../domain/delivery.ts';

const statesMax = 5000;

/**
 * States by key and version as this process has committed them. A version never changes its content once committed, so that
 * what other processes write cannot make it wrong. What is only read does not enter: inside a transaction it may yet be undone.
 */
export class StateCache {
  readonly #states = new LRUCache<string, DeliveryState>({ max: statesMax });

  /** The state whose text was read, parsed only if this version is not at hand. */
  stateOf({ businessId, id }: DeliveryKey, version: number, text: string): DeliveryState {
    const known = this.#states.get(`${businessId}/${id}`);
    return known?.historySequence === version ? known : (JSON.parse(text) as DeliveryState);
  }

  committed(state: DeliveryState): void {
    this.#states.set(`${state.businessId}/${state.id}`, state);
  }
}
