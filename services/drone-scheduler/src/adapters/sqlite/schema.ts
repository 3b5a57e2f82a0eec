import { boundStates, finalStates } from '../../domain/mission.ts';

const quoted = (states: readonly string[]) => states.map((state) => `'${state}'`).join(', ');

/**
 * Two missions of one drone cannot both be active, whoever writes: `missions_of_drone` is what I2 rests on. Missions are kept by
 * row number: by their key each would take an overflow page of its own, and every index would repeat the key.
 */
export const fleetMigration = `
  CREATE TABLE models (model_id TEXT PRIMARY KEY, change INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX models_change ON models (change);
  CREATE TABLE stations (station_id TEXT PRIMARY KEY, change INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX stations_change ON stations (change);
  CREATE TABLE drones (
    drone_id TEXT PRIMARY KEY,
    model_id TEXT NOT NULL,
    station_id TEXT NOT NULL,
    state TEXT NOT NULL,
    mission_id TEXT,
    change INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX drones_change ON drones (change);
  CREATE INDEX drones_model ON drones (model_id);
  CREATE UNIQUE INDEX drones_mission ON drones (mission_id) WHERE mission_id IS NOT NULL;
  CREATE TABLE missions (
    business_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    state TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    drone_id TEXT,
    seeking INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (business_id, delivery_id)
  ) STRICT;
  CREATE UNIQUE INDEX missions_of_drone ON missions (drone_id) WHERE state IN (${quoted(boundStates)});
  CREATE INDEX missions_drone ON missions (drone_id) WHERE drone_id IS NOT NULL;
  CREATE INDEX missions_seeking ON missions (updated_at_ms) WHERE seeking = 1;
  CREATE INDEX missions_final ON missions (updated_at_ms) WHERE state IN (${quoted(finalStates)});
  CREATE TABLE usage (
    business_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    year INTEGER NOT NULL,
    month INTEGER NOT NULL,
    flown_m REAL NOT NULL,
    bound_ms INTEGER NOT NULL,
    missions INTEGER NOT NULL,
    PRIMARY KEY (business_id, owner_id, year, month)
  ) STRICT, WITHOUT ROWID;
`;
