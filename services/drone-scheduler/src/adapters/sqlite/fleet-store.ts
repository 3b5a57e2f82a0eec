import type { DroneModel, Station } from '@dronedelivery/contracts';
import type { Database, SqlReader, SqlWriter } from '@dronedelivery/service-kit/sqlite';
import type { DroneService, FleetStore } from '../../app/ports.ts';
import type { Drone } from '../../domain/drone.ts';
import { CatalogueTables } from './catalogue-tables.ts';
import { listDroneRows } from './drone-query.ts';
import { type DroneTable, nextDroneChange } from './drone-table.ts';

export function createSqliteFleetStore(database: Database, drones: DroneTable): FleetStore {
  const catalogue = new CatalogueTables(database);
  return {
    putModel: (model) => database.write((sql) => putModel(sql, catalogue, model)),
    putStation: (station) => database.write((sql) => catalogue.put(sql, 'stations', station.stationId, station)),
    listModels: async (page) => catalogue.list<DroneModel>('models', page),
    listStations: async (page) => catalogue.list<Station>('stations', page),
    addDrone: (drone) => database.write((sql) => addDrone(sql, drones, drone)),
    setDrone: (droneId, service) => database.write((sql) => setDrone(sql, drones, droneId, service)),
    findDrone: async (droneId) => database.read((sql) => drones.find(sql, droneId)),
    listDrones: async (query) => database.read((sql) => listDroneRows(sql, query)),
    changesSince: async (mark) => {
      const changed = drones.changesSince(mark.drones);
      const { mark: catalogueMark, models, stations } = catalogue.changesSince(mark.catalogue);
      return { mark: { drones: changed.mark, catalogue: catalogueMark }, drones: changed.drones, models, stations };
    },
  };
}

function putModel(sql: SqlWriter, catalogue: CatalogueTables, model: DroneModel): 'created' | 'replaced' | 'in-use' {
  const known = catalogue.find(sql, 'models', model.modelId);
  const same = known === JSON.stringify(model);
  if (known !== undefined && !same && isFlown(sql, model.modelId)) return 'in-use';
  return same ? 'replaced' : catalogue.put(sql, 'models', model.modelId, model);
}

function isFlown(sql: SqlReader, modelId: string): boolean {
  return sql.get('SELECT 1 AS one FROM drones WHERE model_id = ? LIMIT 1', modelId) !== undefined;
}

function addDrone(sql: SqlWriter, drones: DroneTable, drone: Drone): 'added' | 'exists' {
  if (drones.find(sql, drone.droneId) !== undefined) return 'exists';
  drones.insert(sql, drone);
  return 'added';
}

function setDrone(
  sql: SqlWriter,
  drones: DroneTable,
  droneId: string,
  service: DroneService,
): 'changed' | 'busy' | 'unknown' {
  const drone = drones.find(sql, droneId);
  if (drone === undefined) return 'unknown';
  if (service.outOfService === true && drone.missionId !== null) return 'busy';
  drones.update(sql, { ...drone, ...service }, nextDroneChange(sql));
  return 'changed';
}
