/** Deliveries in flight: what Redis holds in production. */
const inFlight = `
CREATE TABLE in_flight (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  stage TEXT NOT NULL,
  owner_id TEXT,
  -- Of the mission whose positions count; null once it has ended.
  mission_id TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  ended_at INTEGER,
  confirmation_due_at INTEGER,
  next_check_at INTEGER,
  archived_version INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL,
  PRIMARY KEY (business_id, id)
) STRICT;
CREATE INDEX in_flight_by_age ON in_flight (business_id, created_at DESC, id, stage, owner_id);
CREATE INDEX in_flight_to_archive ON in_flight (ended_at) WHERE ended_at IS NOT NULL AND archived_version < version;
CREATE INDEX in_flight_archived ON in_flight (ended_at) WHERE ended_at IS NOT NULL AND archived_version = version;
CREATE INDEX in_flight_unconfirmed ON in_flight (confirmation_due_at) WHERE confirmation_due_at IS NOT NULL;
CREATE INDEX in_flight_to_check ON in_flight (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE position (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  mission_id TEXT NOT NULL,
  telemetry_sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  altitude REAL,
  speed_mps REAL NOT NULL,
  heading_deg REAL NOT NULL,
  activity TEXT NOT NULL,
  activity_since INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  PRIMARY KEY (business_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE tracking (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (business_id, id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification (
  business_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  id TEXT NOT NULL,
  stage TEXT NOT NULL,
  plan_revision INTEGER NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  webhook_secret TEXT,
  content TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'Pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  last_error TEXT,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (business_id, delivery_id, id)
) STRICT;
CREATE INDEX notification_pending ON notification (business_id, due_at) WHERE state = 'Pending';
`;

/** Deliveries that have ended: what MongoDB holds in production. */
const history = `
CREATE TABLE archived (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  stage TEXT NOT NULL,
  owner_id TEXT,
  expedited INTEGER NOT NULL,
  in_time INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  position TEXT,
  PRIMARY KEY (business_id, id)
) STRICT;
CREATE INDEX archived_by_age ON archived (business_id, created_at DESC, id);
CREATE INDEX archived_by_stage ON archived (business_id, stage, created_at DESC, id);
CREATE INDEX archived_by_owner ON archived (business_id, owner_id, created_at DESC, id);
CREATE INDEX archived_of_all ON archived (created_at DESC, business_id, id);
CREATE INDEX archived_by_end ON archived (ended_at);

CREATE TABLE archived_tracking (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (business_id, id, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE archived_notification (
  business_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  id TEXT NOT NULL,
  notification TEXT NOT NULL,
  PRIMARY KEY (business_id, delivery_id, id)
) STRICT, WITHOUT ROWID;
`;

/** What the local notifiers have "sent"; the id is unique, so that repeated attempts leave one message. */
const localOutbox = `
CREATE TABLE told (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  content TEXT NOT NULL,
  told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const deliverySchema = `${inFlight}${history}${localOutbox}`;
