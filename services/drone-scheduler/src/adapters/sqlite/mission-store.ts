import type { MissionEventData } from '@dronedelivery/contracts';
import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { CommitOutcome, Decision, MissionStore } from '../../app/ports.ts';
import type { Drone } from '../../domain/drone.ts';
import { finalStates, isFinal, type Mission, type MissionKey } from '../../domain/mission.ts';
import { totalUsage } from '../../domain/usage.ts';
import { type BodyRow, changedDrone, nextDroneChange, updateDrone } from './drone-rows.ts';
import { listMissionRows } from './mission-query.ts';
import { addUsage } from './usage-store.ts';

/** Keeps an event with the change that it tells of. */
export type AppendEvent = (sql: SqlWriter, event: MissionEventData, traceparent: string | null) => void;

export function createSqliteMissionStore(database: Database, appendEvent: AppendEvent): MissionStore {
  return {
    find: async (key) => database.read((sql) => findRow(sql, key)),
    findMany: async (keys) => database.read((sql) => keys.flatMap((key) => findRow(sql, key) ?? [])),
    commit: async (decisions) =>
      decisions.length === 0 ? [] : database.write((sql) => commitAll(sql, decisions, appendEvent)),
    list: async (query) => database.read((sql) => listMissionRows(sql, query)),
    seeking: async (limit) => database.read((sql) => seekingRows(sql, limit)),
    purge: (beforeMs, limit) => database.write((sql) => purge(sql, beforeMs, limit)),
  };
}

function commitAll(sql: SqlWriter, decisions: readonly Decision[], appendEvent: AppendEvent): CommitOutcome[] {
  const change = nextDroneChange(sql);
  const outcomes = decisions.map((decision) => commitOne(sql, decision, change, appendEvent));
  const committed = decisions.filter((_, at) => outcomes[at] === 'committed');
  for (const usage of totalUsage(committed.flatMap((decision) => decision.usage))) addUsage(sql, usage);
  return outcomes;
}

function commitOne(sql: SqlWriter, decision: Decision, change: number, appendEvent: AppendEvent): CommitOutcome {
  const { mission } = decision;
  if (mission !== null && sequenceOf(sql, mission.record) !== mission.expectedSequence) return 'outdated';
  const drones: Drone[] = [];
  for (const one of decision.drones) {
    const after = changedDrone(sql, one);
    if (after === undefined) return 'outdated';
    drones.push(after);
  }
  for (const drone of drones) updateDrone(sql, drone, change);
  if (mission !== null) putMission(sql, mission.record);
  for (const event of decision.events) appendEvent(sql, event, mission?.record.traceparent ?? null);
  return 'committed';
}

function sequenceOf(sql: SqlReader, { businessId, deliveryId }: MissionKey): number {
  const text = 'SELECT sequence FROM missions WHERE business_id = ? AND delivery_id = ?';
  return sql.get<{ sequence: number }>(text, businessId, deliveryId)?.sequence ?? 0;
}

function findRow(sql: SqlReader, { businessId, deliveryId }: MissionKey): Mission | undefined {
  const text = 'SELECT body FROM missions WHERE business_id = ? AND delivery_id = ?';
  const row = sql.get<BodyRow>(text, businessId, deliveryId);
  return row && (JSON.parse(row.body) as Mission);
}

function putMission(sql: SqlWriter, mission: Mission): void {
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
}

function seekingRows(sql: SqlReader, limit: number): Mission[] {
  const rows = sql.all<BodyRow>('SELECT body FROM missions WHERE seeking = 1 ORDER BY updated_at_ms LIMIT ?', limit);
  return rows.map(({ body }) => JSON.parse(body) as Mission);
}

function purge(sql: SqlWriter, beforeMs: number, limit: number): number {
  const final = finalStates.map((state) => `'${state}'`).join(', ');
  return sql.run(
    `DELETE FROM missions WHERE (business_id, delivery_id) IN (
       SELECT business_id, delivery_id FROM missions
       WHERE state IN (${final}) AND updated_at_ms < ? ORDER BY updated_at_ms LIMIT ?)`,
    beforeMs,
    limit,
  );
}
