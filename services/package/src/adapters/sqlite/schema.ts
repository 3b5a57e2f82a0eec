export const packageSchema = `
CREATE TABLE package (
  business_id TEXT NOT NULL,
  id TEXT NOT NULL,
  owner_id TEXT,
  size TEXT NOT NULL,
  weight_kg REAL NOT NULL,
  tag TEXT,
  fixed INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (business_id, id)
) STRICT, WITHOUT ROWID;

-- One row for each package and delivery, with what was true of it then.
CREATE TABLE shipment (
  business_id TEXT NOT NULL,
  package_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  size TEXT NOT NULL,
  weight_kg REAL NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (business_id, package_id, delivery_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX shipment_by_owner ON shipment (business_id, owner_id, at, size, weight_kg);
`;
