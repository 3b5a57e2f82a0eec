import type { PackageSize } from '@dronedelivery/contracts';
import type { PackageKey, PackageState } from '../domain/package.ts';

/** One package carried by one delivery, in the month in which the delivery was planned. */
export interface Shipment {
  readonly deliveryId: string;
  readonly ownerId: string;
  readonly atMs: number;
}

export interface PackageChange {
  readonly state: PackageState;
  /** Counted once for each delivery, however often it is saved. */
  readonly shipment?: Shipment | undefined;
}

export interface Transition<R> {
  readonly result: R;
  readonly change?: PackageChange | undefined;
}

export interface ShipmentCount {
  readonly size: PackageSize;
  readonly packages: number;
  readonly weightKg: number;
}

export interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface PackageStore {
  /** Decides on the present state and saves what was decided, atomically; `decide` may run more than once. */
  transact<R>(key: PackageKey, decide: (state: PackageState | undefined) => Transition<R>): Promise<R>;
  find(key: PackageKey): Promise<PackageState | undefined>;
  /** By size; sizes without a shipment are left out. */
  countShipments(businessId: string, ownerId: string, period: Period): Promise<readonly ShipmentCount[]>;
}
