import assert from 'node:assert/strict';
import type { ContractTests } from '@dronedelivery/testing';
import type { PackageStore } from '../../src/app/ports.ts';
import type { PackageState } from '../../src/domain/package.ts';

const always = { fromMs: 0, untilMs: 10_000 };

/** What every store of packages must do; both are connections to the same data. */
export const packageStoreContract: ContractTests<{ readonly store: PackageStore; readonly replica: PackageStore }> = {
  async 'saves and finds, on every replica, for its business alone'({ store, replica }) {
    await save(store, state('a', { tag: null, ownerId: null }));
    await save(replica, state('a', { weightKg: 3, tag: 'toys' }));
    for (const reader of [store, replica]) {
      assert.deepEqual(await reader.find({ businessId: 'shop', id: 'a' }), state('a', { weightKg: 3, tag: 'toys' }));
    }
    assert.equal(await store.find({ businessId: 'other', id: 'a' }), undefined);
  },

  async 'decides one after the other'({ store, replica }) {
    await save(store, state('a', { weightKg: 0 }));
    const heavier = (on: PackageStore) =>
      on.transact({ businessId: 'shop', id: 'a' }, (present) => {
        assert.ok(present !== undefined);
        return { result: undefined, change: { state: { ...present, weightKg: present.weightKg + 1 } } };
      });
    await Promise.all(Array.from({ length: 20 }, (_, index) => heavier(index % 2 === 0 ? store : replica)));
    assert.equal((await store.find({ businessId: 'shop', id: 'a' }))?.weightKg, 20);
  },

  async 'counts a package once for each delivery, by owner, month and size'({ store }) {
    await save(store, state('a'), { deliveryId: 'd-1', ownerId: 'owner-1', atMs: 1000 });
    await save(store, state('a'), { deliveryId: 'd-1', ownerId: 'owner-1', atMs: 2000 });
    await save(store, state('a'), { deliveryId: 'd-2', ownerId: 'owner-1', atMs: 3000 });
    await save(store, state('b', { size: 'Large', weightKg: 9 }), { deliveryId: 'd-3', ownerId: 'owner-1', atMs: 1 });
    await save(store, state('c'));
    const counted = await store.countShipments('shop', 'owner-1', always);
    assert.deepEqual(
      counted.toSorted((x, y) => x.packages - y.packages).map((count) => ({ ...count })),
      [
        { size: 'Large', packages: 1, weightKg: 9 },
        { size: 'Small', packages: 2, weightKg: 4 },
      ],
    );
    assert.equal((await store.countShipments('shop', 'owner-1', { fromMs: 1001, untilMs: 3000 })).length, 0);
    assert.equal((await store.countShipments('shop', 'owner-2', always)).length, 0);
    assert.equal((await store.countShipments('other', 'owner-1', always)).length, 0);
  },
};

function state(id: string, changes: Partial<PackageState> = {}): PackageState {
  return {
    businessId: 'shop',
    id,
    ownerId: 'owner-1',
    size: 'Small',
    weightKg: 2,
    tag: 'books',
    isFixed: false,
    createdAtMs: 1000,
    updatedAtMs: 1000,
    ...changes,
  };
}

function save(
  store: PackageStore,
  to: PackageState,
  shipment?: { readonly deliveryId: string; readonly ownerId: string; readonly atMs: number },
): Promise<void> {
  return store.transact(to, () => ({ result: undefined, change: { state: to, shipment } }));
}
