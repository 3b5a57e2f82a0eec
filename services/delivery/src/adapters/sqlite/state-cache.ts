import type { DeliveryKey, DeliveryState } from '../../domain/delivery.ts';

const statesMax = 5000;

/**
 * Parsed states by key and version. A version never changes its content, so that what other processes write cannot make it
 * wrong; only committed states may enter.
 */
export class StateCache {
  readonly #states = new Map<string, DeliveryState>();

  /** The state whose text was read, parsed only if this version is not at hand. */
  stateOf({ businessId, id }: DeliveryKey, version: number, text: string): DeliveryState {
    const known = this.#states.get(`${businessId}/${id}`);
    if (known?.historySequence === version) return known;
    const state = JSON.parse(text) as DeliveryState;
    this.remember(state);
    return state;
  }

  remember(state: DeliveryState): void {
    const name = `${state.businessId}/${state.id}`;
    this.#states.delete(name);
    this.#states.set(name, state);
    if (this.#states.size <= statesMax) return;
    const [oldest] = this.#states.keys();
    if (oldest !== undefined) this.#states.delete(oldest);
  }
}
