import type { DatabaseSync } from 'node:sqlite';
import { BrokerError } from '../core/broker-error.ts';

const version = 3;

/**
 * One table of messages for all entities: the key is `entity * 2^36 + sequence number`, so that the rows of an entity
 * lie together and in order, and a row needs no second index.
 */
const tables = `
  CREATE TABLE entities (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    last_sequence_number INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    state INTEGER NOT NULL,
    delivery_count INTEGER NOT NULL,
    enqueued_sequence_number INTEGER NOT NULL,
    enqueued_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER,
    scheduled_at_ms INTEGER NOT NULL,
    dead_letter_source TEXT,
    durable INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    time_to_live_ms INTEGER,
    annotations BLOB,
    bare BLOB NOT NULL
  ) STRICT;
  CREATE TABLE remembered_ids (
    entity_id INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (entity_id, message_id)
  ) STRICT, WITHOUT ROWID;
`;

/** What version 2 has beyond version 1: sessions, and how often a message was forwarded. */
const sessions = `
  ALTER TABLE messages ADD COLUMN session_id TEXT;
  ALTER TABLE messages ADD COLUMN hops INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX messages_by_session ON messages (session_id, key) WHERE session_id IS NOT NULL;
  CREATE TABLE session_states (
    entity_id INTEGER NOT NULL,
    session_id TEXT NOT NULL,
    state BLOB NOT NULL,
    written_at_ms INTEGER NOT NULL,
    PRIMARY KEY (entity_id, session_id)
  ) STRICT;
`;

/** What version 3 has beyond version 2: entities that clients make, change and delete. */
const revisions = `
  CREATE TABLE revisions (
    path TEXT PRIMARY KEY,
    declared TEXT,
    definition TEXT
  ) STRICT;
  CREATE TABLE entity_times (
    path TEXT PRIMARY KEY,
    created_at_ms INTEGER NOT NULL,
    modified_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Creates the tables in a new file; refuses one that a newer version wrote. */
export function migrate(database: DatabaseSync): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
  if (found === version) return;
  if (found > version) throw new BrokerError('storage-failed', `The data file has the unknown version ${found}.`);
  const steps = [tables, sessions, revisions].slice(found).join('');
  database.exec(`BEGIN; ${steps} PRAGMA user_version = ${version}; COMMIT;`);
}
