import { type Database, ForeignCommits, type SqlReader, type SqlWriter } from '@dronedelivery/service-kit/sqlite';
import { LRUCache } from 'lru-cache';
import { finalStates, isFinal, type Mission, type MissionKey } from '../../domain/mission.ts';
import type { BodyRow } from './drone-table.ts';

/** As many as there are drones, and some that wait for one. */
const knownMax = 20_000;

/**
 * The missions' rows, and in memory those under way that this process has read or written: each report of a drone asks for its
 * mission. All are forgotten when another process has written, and what is not committed never gets in.
 */
export class MissionTable {
  readonly #database: Database;
  readonly #foreign: ForeignCommits;
  readonly #known = new LRUCache<string, Mission>({ max: knownMax });

  constructor(database: Database) {
    this.#database = database;
    this.#foreign = new ForeignCommits(database);
  }

  /** As they are committed; what does not exist is left out. */
  findMany(keys: readonly MissionKey[]): Mission[] {
    if (this.#foreign.haveCome()) this.#known.clear();
    return keys.flatMap((key) => this.#known.get(nameOf(key)) ?? this.#read(key) ?? []);
  }

  /** 0 where there is no mission; inside a transaction too. */
  sequenceOf(sql: SqlReader, { businessId, deliveryId }: MissionKey): number {
    const text = 'SELECT sequence FROM missions WHERE business_id = ? AND delivery_id = ?';
    return sql.get<{ sequence: number }>(text, businessId, deliveryId)?.sequence ?? 0;
  }

  put(sql: SqlWriter, mission: Mission): void {
    sql.run(
      `INSERT INTO missions (business_id, delivery_id, state, sequence, drone_id, seeking, updated_at_ms, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (business_id, delivery_id) DO UPDATE SET state = excluded.state, sequence = excluded.sequence,
         drone_id = excluded.drone_id, seeking = excluded.seeking, updated_at_ms = excluded.updated_at_ms,
         body = excluded.body`,
      mission.businessId,
      mission.deliveryId,
      mission.state,
      mission.sequence,
      mission.droneId,
      mission.seekingFor === null || isFinal(mission) ? 0 : 1,
      mission.updatedAtMs,
      JSON.stringify(mission),
    );
    sql.afterCommit(() => this.#remember(mission));
  }

  /** Deletes at most `limit` final ones last changed before; returns how many. They are not in memory. */
  purge(sql: SqlWriter, beforeMs: number, limit: number): number {
    const final = finalStates.map((state) => `'${state}'`).join(', ');
    return sql.run(
      `DELETE FROM missions WHERE (business_id, delivery_id) IN (
         SELECT business_id, delivery_id FROM missions
         WHERE state IN (${final}) AND updated_at_ms < ? ORDER BY updated_at_ms LIMIT ?)`,
      beforeMs,
      limit,
    );
  }

  #read({ businessId, deliveryId }: MissionKey): Mission | undefined {
    const text = 'SELECT body FROM missions WHERE business_id = ? AND delivery_id = ?';
    const row = this.#database.read((sql) => sql.get<BodyRow>(text, businessId, deliveryId));
    if (row === undefined) return undefined;
    const mission = JSON.parse(row.body) as Mission;
    this.#remember(mission);
    return mission;
  }

  #remember(mission: Mission): void {
    if (isFinal(mission)) this.#known.delete(nameOf(mission));
    else this.#known.set(nameOf(mission), mission);
  }
}

/** Ids of businesses and deliveries have no slash. */
function nameOf({ businessId, deliveryId }: MissionKey): string {
  return `${businessId}/${deliveryId}`;
}
