import type { PackageSize } from '@dronedelivery/contracts';
import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { PackageStore, ShipmentCount } from '../../app/ports.ts';
import type { PackageKey, PackageState } from '../../domain/package.ts';

interface PackageRow {
  readonly owner_id: string | null;
  readonly size: string;
  readonly weight_kg: number;
  readonly tag: string | null;
  readonly fixed: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export function createSqlitePackageStore(database: Database): PackageStore {
  return {
    transact(key, decide) {
      return database.write((sql) => {
        const { result, change } = decide(find(sql, key));
        if (change === undefined) return result;
        save(sql, change.state);
        const { shipment, state } = change;
        if (shipment !== undefined) {
          sql.run(
            `INSERT INTO shipment (business_id, package_id, delivery_id, owner_id, size, weight_kg, at)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
            ...[state.businessId, state.id, shipment.deliveryId, shipment.ownerId],
            ...[state.size, state.weightKg, shipment.atMs],
          );
        }
        return result;
      });
    },

    find: async (key) => database.read((sql) => find(sql, key)),

    countShipments: async (businessId, ownerId, { fromMs, untilMs }) =>
      database.read((sql) =>
        sql.all<ShipmentCount>(
          `SELECT size, count(*) AS packages, sum(weight_kg) AS weightKg FROM shipment
           WHERE business_id = ? AND owner_id = ? AND at >= ? AND at < ? GROUP BY size`,
          ...[businessId, ownerId, fromMs, untilMs],
        ),
      ),
  };
}

function find(sql: SqlReader, { businessId, id }: PackageKey): PackageState | undefined {
  const row = sql.get<PackageRow>('SELECT * FROM package WHERE business_id = ? AND id = ?', businessId, id);
  if (row === undefined) return undefined;
  return {
    businessId,
    id,
    ownerId: row.owner_id,
    size: row.size as PackageSize,
    weightKg: row.weight_kg,
    tag: row.tag,
    isFixed: row.fixed === 1,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}

function save(sql: SqlWriter, state: PackageState): void {
  const { businessId, id, ownerId, size, weightKg, tag, isFixed, createdAtMs, updatedAtMs } = state;
  sql.run(
    `INSERT INTO package (business_id, id, owner_id, size, weight_kg, tag, fixed, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (business_id, id) DO UPDATE SET owner_id = excluded.owner_id, size = excluded.size,
       weight_kg = excluded.weight_kg, tag = excluded.tag, fixed = excluded.fixed, updated_at = excluded.updated_at`,
    ...[businessId, id, ownerId, size, weightKg, tag, isFixed ? 1 : 0, createdAtMs, updatedAtMs],
  );
}
