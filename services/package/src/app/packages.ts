import type { PackageSummary } from '@dronedelivery/contracts';
import {
  decidePatch,
  decidePut,
  type PackageChanges,
  type PackageContent,
  type PackageDecision,
  type PackageKey,
  type PackageState,
} from '../domain/package.ts';
import type { PackageStore } from './ports.ts';

export interface PutPackageRequest {
  readonly key: PackageKey;
  readonly content: PackageContent;
  /** Of the delivery that is being planned. */
  readonly deliveryId: string | undefined;
}

export class Packages {
  readonly #store: PackageStore;
  readonly #now: () => number;

  constructor(store: PackageStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  put({ key, content, deliveryId }: PutPackageRequest): Promise<PackageDecision> {
    return this.#store.transact<PackageDecision>(key, (state) => {
      const nowMs = this.#now();
      const decision = decidePut({ key, content, isForDelivery: deliveryId !== undefined }, state, nowMs);
      if (decision.kind === 'refused') return { result: decision };
      const { ownerId } = decision.state;
      const isShipped = deliveryId !== undefined && ownerId !== null;
      const shipment = isShipped ? { deliveryId, ownerId, atMs: nowMs } : undefined;
      return { result: decision, change: { state: decision.state, shipment } };
    });
  }

  patch(key: PackageKey, changes: PackageChanges): Promise<PackageDecision> {
    return this.#store.transact<PackageDecision>(key, (state) => {
      const decision = decidePatch(changes, state, this.#now());
      return decision.kind === 'refused'
        ? { result: decision }
        : { result: decision, change: { state: decision.state } };
    });
  }

  find(key: PackageKey): Promise<PackageState | undefined> {
    return this.#store.find(key);
  }

  /** Months begin and end in UTC. */
  async summary(businessId: string, ownerId: string, year: number, month: number): Promise<PackageSummary> {
    const period = { fromMs: Date.UTC(year, month - 1), untilMs: Date.UTC(year, month) };
    const counts = await this.#store.countShipments(businessId, ownerId, period);
    const bySize = { Small: 0, Medium: 0, Large: 0 };
    let packages = 0;
    let totalWeight = 0;
    for (const count of counts) {
      bySize[count.size] = count.packages;
      packages += count.packages;
      totalWeight += count.weightKg;
    }
    // Sums of decimal fractions end in noise; a scale that weighs grams does not.
    return { ownerId, year, month, packages, totalWeight: Math.round(totalWeight * 1000) / 1000, bySize };
  }
}
