import type { MissionEventData } from '@dronedelivery/contracts';
import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { CommitOutcome, Decision, MissionStore } from '../../app/ports.ts';
import type { Drone } from '../../domain/drone.ts';
import type { Mission } from '../../domain/mission.ts';
import { totalUsage } from '../../domain/usage.ts';
import { type BodyRow, type DroneTable, nextDroneChange } from './drone-table.ts';
import { listMissionRows } from './mission-query.ts';
import { MissionTable } from './mission-table.ts';
import { addUsage } from './usage-store.ts';

/** Keeps an event with the change that it tells of. */
export type AppendEvent = (sql: SqlWriter, event: MissionEventData, traceparent: string | null) => void;

interface Tables {
  readonly drones: DroneTable;
  readonly missions: MissionTable;
  readonly appendEvent: AppendEvent;
}

export function createSqliteMissionStore(
  database: Database,
  drones: DroneTable,
  appendEvent: AppendEvent,
): MissionStore {
  const missions = new MissionTable(database);
  const tables = { drones, missions, appendEvent };
  return {
    find: async (key) => missions.findMany([key])[0],
    findMany: async (keys) => missions.findMany(keys),
    commit: async (decisions) =>
      decisions.length === 0 ? [] : database.write((sql) => commitAll(sql, decisions, tables)),
    list: async (query) => database.read((sql) => listMissionRows(sql, query)),
    seeking: async (limit) => database.read((sql) => seekingRows(sql, limit)),
    purge: (beforeMs, limit) => database.write((sql) => missions.purge(sql, beforeMs, limit)),
  };
}

function commitAll(sql: SqlWriter, decisions: readonly Decision[], tables: Tables): CommitOutcome[] {
  const change = nextDroneChange(sql);
  const outcomes = decisions.map((decision) => commitOne(sql, decision, change, tables));
  const committed = decisions.filter((_, at) => outcomes[at] === 'committed');
  for (const usage of totalUsage(committed.flatMap((decision) => decision.usage))) addUsage(sql, usage);
  return outcomes;
}

function commitOne(
  sql: SqlWriter,
  { mission, drones, events }: Decision,
  change: number,
  tables: Tables,
): CommitOutcome {
  if (mission !== null && tables.missions.sequenceOf(sql, mission.record) !== mission.expectedSequence) {
    return 'outdated';
  }
  const changed: Drone[] = [];
  for (const one of drones) {
    const after = tables.drones.changed(sql, one);
    if (after === undefined) return 'outdated';
    changed.push(after);
  }
  for (const drone of changed) tables.drones.update(sql, drone, change);
  if (mission !== null) tables.missions.put(sql, mission.record);
  for (const event of events) tables.appendEvent(sql, event, mission?.record.traceparent ?? null);
  return 'committed';
}

function seekingRows(sql: SqlReader, limit: number): Mission[] {
  const rows = sql.all<BodyRow>('SELECT body FROM missions WHERE seeking = 1 ORDER BY updated_at_ms LIMIT ?', limit);
  return rows.map(({ body }) => JSON.parse(body) as Mission);
}
