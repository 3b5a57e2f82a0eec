/** Each is run once, in this order; what has been released is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE businesses (
    business_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'suspended')),
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX businesses_by_creation ON businesses (created_at, business_id);
  CREATE INDEX businesses_pending ON businesses (status) WHERE status = 'pending';

  CREATE TABLE users (
    business_id TEXT NOT NULL REFERENCES businesses,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    email_address TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (business_id, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX users_by_creation ON users (business_id, created_at, user_id);

  CREATE TABLE clients (
    client_id TEXT PRIMARY KEY,
    -- Empty for clients that belong to no business: NULL would escape the index.
    business_id TEXT NOT NULL,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    owner_id TEXT,
    drones TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    created_at INTEGER NOT NULL,
    secret_hash TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX clients_by_creation ON clients (business_id, created_at, client_id);

  CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL,
    public_jwk TEXT NOT NULL,
    private_jwk TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
