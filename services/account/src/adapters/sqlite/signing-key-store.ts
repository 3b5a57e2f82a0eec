import type { Database } from '@dronedelivery/service-kit/sqlite';
import type { SigningKey, SigningKeyStore } from '../../app/ports.ts';

interface Row {
  readonly kid: string;
  readonly created_at: number;
  readonly signs_from: number;
  readonly public_jwk: string;
  readonly private_jwk: string;
}

export function sqliteSigningKeys(database: Database): SigningKeyStore {
  return {
    list: async () =>
      database.read((sql) => sql.all<Row>('SELECT * FROM signing_keys ORDER BY signs_from, kid').map(keyOf)),
    addUnlessLater: (key, later) =>
      database.write((sql) => {
        const known = sql.get<Row>(
          'SELECT * FROM signing_keys WHERE signs_from > ? ORDER BY signs_from LIMIT 1',
          later,
        );
        if (known !== undefined) return keyOf(known);
        const { kid, createdAt, signsFrom, publicJwk, privateJwk } = key;
        sql.run('INSERT INTO signing_keys VALUES (?, ?, ?, ?, ?)', kid, createdAt, signsFrom, publicJwk, privateJwk);
        return key;
      }),
    remove: (kids) =>
      database.write((sql) => {
        for (const kid of kids) sql.run('DELETE FROM signing_keys WHERE kid = ?', kid);
      }),
  };
}

function keyOf(row: Row): SigningKey {
  return {
    kid: row.kid,
    createdAt: row.created_at,
    signsFrom: row.signs_from,
    publicJwk: row.public_jwk,
    privateJwk: row.private_jwk,
  };
}
