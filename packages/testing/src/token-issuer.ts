import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AccessTokenClaims, type JsonWebKeySet, tokenAudience } from '@dronedelivery/contracts';

export interface TokenClaims extends AccessTokenClaims {
  readonly sub: string;
}

export interface TokenOverrides {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiresInS?: number;
  readonly notBeforeInS?: number;
  readonly kid?: string;
}

/** Issues real ES256 access tokens and publishes their keys, so that services under test verify as in production. */
export interface TestTokenIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** Client credentials: any client gets a token of role `service`. */
  readonly tokenUrl: string;
  readonly jwks: JsonWebKeySet;
  /** How often the keys were fetched. */
  readonly fetches: number;
  token(claims: TokenClaims, overrides?: TokenOverrides): string;
  /** `Bearer …` for a shipper of a business. */
  shipper(businessId: string, ownerId?: string): string;
  businessAdmin(businessId: string): string;
  operator(): string;
  service(name: string): string;
  /** For drones by id, or by prefixes that end in `*`. */
  drone(...drones: readonly string[]): string;
  /** New tokens are signed with a new key; the old one stays published unless `forget` is set. */
  rotate(options?: { readonly forget?: boolean }): void;
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: JsonWebKeySet['keys'][number];
}

const lifetimeS = 3600;

/** Only `node:crypto` signs here: a second implementation beside the one that verifies. */
export async function startTokenIssuer(): Promise<TestTokenIssuer> {
  let count = 1;
  let keys: [SigningKey, ...SigningKey[]] = [newKey(`test-key-${count}`)];
  let fetches = 0;
  const published = () => ({ keys: keys.map(({ jwk }) => jwk) });

  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/jwks.json') {
      fetches++;
      response.end(JSON.stringify(published()));
    } else if (request.url === '/v1/oauth/token') {
      const accessToken = token({ sub: 'test-client', roles: ['service'] });
      response.end(JSON.stringify({ access_token: accessToken, token_type: 'Bearer', expires_in: lifetimeS }));
    } else {
      response.writeHead(404).end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${base}/issuer`;

  function token({ sub, ...claims }: TokenClaims, overrides: TokenOverrides = {}): string {
    const nowS = Math.floor(Date.now() / 1000);
    const [{ kid, privateKey }] = keys;
    const payload = {
      iss: overrides.issuer ?? issuer,
      aud: overrides.audience ?? tokenAudience,
      sub,
      iat: nowS,
      exp: nowS + (overrides.expiresInS ?? lifetimeS),
      ...(overrides.notBeforeInS === undefined ? {} : { nbf: nowS + overrides.notBeforeInS }),
      ...claims,
    };
    return signed({ alg: 'ES256', typ: 'JWT', kid: overrides.kid ?? kid }, payload, privateKey);
  }
  const bearer = (claims: TokenClaims) => `Bearer ${token(claims)}`;

  return {
    issuer,
    jwksUrl: `${base}/.well-known/jwks.json`,
    tokenUrl: `${base}/v1/oauth/token`,
    get jwks() {
      return published();
    },
    get fetches() {
      return fetches;
    },
    token,
    shipper: (businessId, ownerId = 'owner-1') =>
      bearer({ sub: `shipper-of-${businessId}`, roles: ['shipper'], businessId, ownerId }),
    businessAdmin: (businessId) => bearer({ sub: `admin-of-${businessId}`, roles: ['business-admin'], businessId }),
    operator: () => bearer({ sub: 'operator-1', roles: ['operator'] }),
    service: (name) => bearer({ sub: name, roles: ['service'] }),
    drone: (...drones) => bearer({ sub: 'gateway-1', roles: ['drone'], drones: [...drones] }),
    rotate: ({ forget = false } = {}) => {
      const fresh = newKey(`test-key-${++count}`);
      keys = forget ? [fresh] : [fresh, ...keys];
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function newKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, kty: 'EC', use: 'sig', alg: 'ES256' };
  return { kid, privateKey, jwk };
}

function signed(header: object, payload: object, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part(header)}.${part(payload)}`;
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}
