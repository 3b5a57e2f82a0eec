import type { DroneModel, Station } from '@dronedelivery/contracts';
import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { DroneService, FleetStore } from '../../app/ports.ts';
import type { Drone } from '../../domain/drone.ts';
import { listDroneRows } from './drone-query.ts';
import { type BodyRow, findDroneRow, insertDrone, nextDroneChange, updateDrone } from './drone-rows.ts';

type Catalogue = 'models' | 'stations';
const idColumn = { models: 'model_id', stations: 'station_id' } as const;

export function createSqliteFleetStore(database: Database): FleetStore {
  return {
    putModel: (model) => database.write((sql) => putModel(sql, model)),
    putStation: (station) => database.write((sql) => putBody(sql, 'stations', station.stationId, station)),
    listModels: async (page) => listBodies<DroneModel>(database, 'models', page),
    listStations: async (page) => listBodies<Station>(database, 'stations', page),
    addDrone: (drone) => database.write((sql) => addDrone(sql, drone)),
    setDrone: (droneId, service) => database.write((sql) => setDrone(sql, droneId, service)),
    findDrone: async (droneId) => database.read((sql) => findDroneRow(sql, droneId)),
    listDrones: async (query) => database.read((sql) => listDroneRows(sql, query)),
    changesSince: async (mark) => database.read((sql) => changesSince(sql, mark)),
  };
}

function putModel(sql: SqlWriter, model: DroneModel): 'created' | 'replaced' | 'in-use' {
  const known = findBody(sql, 'models', model.modelId);
  const same = known === JSON.stringify(model);
  if (known !== undefined && !same && isFlown(sql, model.modelId)) return 'in-use';
  return same ? 'replaced' : putBody(sql, 'models', model.modelId, model);
}

function isFlown(sql: SqlReader, modelId: string): boolean {
  return sql.get('SELECT 1 AS one FROM drones WHERE model_id = ? LIMIT 1', modelId) !== undefined;
}

function findBody(sql: SqlReader, table: Catalogue, id: string): string | undefined {
  return sql.get<BodyRow>(`SELECT body FROM ${table} WHERE ${idColumn[table]} = ?`, id)?.body;
}

function putBody(sql: SqlWriter, table: Catalogue, id: string, body: object): 'created' | 'replaced' {
  const known = findBody(sql, table, id);
  sql.run(
    `INSERT INTO ${table} (${idColumn[table]}, change, body) VALUES (?, ?, ?)
     ON CONFLICT (${idColumn[table]}) DO UPDATE SET change = excluded.change, body = excluded.body`,
    id,
    lastCatalogueChange(sql) + 1,
    JSON.stringify(body),
  );
  return known === undefined ? 'created' : 'replaced';
}

function listBodies<T>(database: Database, table: Catalogue, page: { limit: number; after: string | null }): T[] {
  const text = `SELECT body FROM ${table} WHERE ${idColumn[table]} > ? ORDER BY ${idColumn[table]} LIMIT ?`;
  const rows = database.read((sql) => sql.all<BodyRow>(text, page.after ?? '', page.limit));
  return rows.map(({ body }) => JSON.parse(body) as T);
}

function addDrone(sql: SqlWriter, drone: Drone): 'added' | 'exists' {
  if (findDroneRow(sql, drone.droneId) !== undefined) return 'exists';
  insertDrone(sql, drone);
  return 'added';
}

function setDrone(sql: SqlWriter, droneId: string, service: DroneService): 'changed' | 'busy' | 'unknown' {
  const drone = findDroneRow(sql, droneId);
  if (drone === undefined) return 'unknown';
  if (service.outOfService === true && drone.missionId !== null) return 'busy';
  updateDrone(sql, { ...drone, ...service }, nextDroneChange(sql));
  return 'changed';
}

function lastCatalogueChange(sql: SqlReader): number {
  const models = sql.get<{ last: number | null }>('SELECT max(change) AS last FROM models')?.last ?? 0;
  const stations = sql.get<{ last: number | null }>('SELECT max(change) AS last FROM stations')?.last ?? 0;
  return Math.max(models, stations);
}

function changesSince(sql: SqlReader, mark: { drones: number; catalogue: number }) {
  const drones = sql.all<BodyRow & { change: number }>(
    'SELECT change, body FROM drones WHERE change > ? ORDER BY change',
    mark.drones,
  );
  return {
    mark: { drones: drones.at(-1)?.change ?? mark.drones, catalogue: lastCatalogueChange(sql) },
    drones: drones.map(({ body }) => JSON.parse(body) as Drone),
    models: changedBodies<DroneModel>(sql, 'models', mark.catalogue),
    stations: changedBodies<Station>(sql, 'stations', mark.catalogue),
  };
}

function changedBodies<T>(sql: SqlReader, table: Catalogue, after: number): T[] {
  return sql.all<BodyRow>(`SELECT body FROM ${table} WHERE change > ?`, after).map(({ body }) => JSON.parse(body) as T);
}
