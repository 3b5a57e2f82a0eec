import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type AccessTokenClaims, tokenAudience } from '@dronedelivery/contracts';

export interface ForgedClaims extends AccessTokenClaims {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

const lifetimeS = 3600;

/**
 * Signs tokens with the account service's own key, taken from its store: so that a token can be right in everything but
 * the one thing that a test is about.
 */
export class TokenForge {
  readonly #issuer: string;
  readonly #kid: string;
  readonly #key: KeyObject;
  readonly #foreignKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(dataDir: string, issuer: string) {
    using database = new DatabaseSync(path.join(dataDir, 'account', 'account.db'), { readOnly: true });
    const row = database.prepare('SELECT kid, private_jwk FROM signing_keys ORDER BY signs_from LIMIT 1').get();
    this.#issuer = issuer;
    this.#kid = String(row?.kid);
    this.#key = createPrivateKey({ key: JSON.parse(String(row?.private_jwk)), format: 'jwk' });
  }

  /** A token that is valid unless the claims say otherwise. */
  valid(claims: ForgedClaims): string {
    return this.#signed({ alg: 'ES256', kid: this.#kid }, this.#payload(claims), this.#key);
  }

  /** By what is wrong with each; all are right in everything else. */
  invalid(claims: ForgedClaims): ReadonlyMap<string, string> {
    const nowS = Math.floor(Date.now() / 1000);
    const header = { alg: 'ES256', kid: this.#kid };
    const payload = this.#payload(claims);
    const good = this.#signed(header, payload, this.#key);
    const [head = '', , signature = ''] = good.split('.');
    const { publicKey, privateKey } = this.#foreignKey;
    const ofPublicKey = createPublicKey(this.#key);
    const pem = ofPublicKey.export({ type: 'spki', format: 'pem' });
    return new Map([
      ['expired', this.valid({ ...claims, exp: nowS - 60 })],
      ['without an end', this.valid({ ...claims, exp: undefined })],
      ['not yet valid', this.valid({ ...claims, nbf: nowS + 600 })],
      ['for another audience', this.valid({ ...claims, aud: 'another-system' })],
      ['without an audience', this.valid({ ...claims, aud: undefined })],
      ['of another issuer', this.valid({ ...claims, iss: 'https://issuer.example' })],
      ['with an unknown role', this.valid({ ...claims, roles: ['root'] } as unknown as ForgedClaims)],
      ['alg none', `${unsigned({ alg: 'none' }, payload)}.`],
      ['alg none with a key id', `${unsigned({ ...header, alg: 'none' }, payload)}.${signature}`],
      ['HMAC with the public key as PEM', hmac({ ...header, alg: 'HS256' }, payload, pem)],
      ['HMAC with the public key as JWK', hmac({ ...header, alg: 'HS256' }, payload, jwkText(ofPublicKey))],
      ['of an unknown key', this.#signed({ ...header, kid: 'nobody-knows' }, payload, privateKey)],
      ["signed by a foreign key under a known one's id", this.#signed(header, payload, privateKey)],
      [
        'bringing its own key',
        this.#signed({ alg: 'ES256', jwk: JSON.parse(jwkText(publicKey)) }, payload, privateKey),
      ],
      ...this.#pointingElsewhere(header, payload),
      ['with an altered payload', `${head}.${encoded({ ...payload, sub: 'somebody-else' })}.${signature}`],
      ['with a cut signature', good.slice(0, -8)],
      ['without a signature', `${unsigned(header, payload)}.`],
      ['no token at all', 'garbage'],
    ]);
  }

  /** Signed by a foreign key that the header tells where to find. */
  #pointingElsewhere(header: object, payload: object): readonly (readonly [string, string])[] {
    const { publicKey, privateKey } = this.#foreignKey;
    const url = 'http://127.0.0.1:9/jwks.json';
    const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const pointers = {
      ...{ jku: { jku: url }, x5u: { x5u: url }, x5c: { x5c: [der] }, 'a URL as key id': { kid: url } },
      ...{ 'a path as key id': { kid: '../../../../dev/null' }, 'an object as key id': { kid: { toString: 'x' } } },
      ...{ 'an inherited name as key id': { kid: '__proto__' }, 'SQL as key id': { kid: "x' UNION SELECT '" } },
    };
    return [
      ...Object.entries(pointers).map(
        ([what, pointer]) => [`with ${what}`, this.#signed({ ...header, ...pointer }, payload, privateKey)] as const,
      ),
      ['with an extension that must be understood', this.#signed({ ...header, crit: ['x'], x: 1 }, payload, this.#key)],
      ['whose payload is not encoded', this.#signed({ ...header, crit: ['b64'], b64: false }, payload, this.#key)],
    ];
  }

  #payload(claims: ForgedClaims): object {
    const nowS = Math.floor(Date.now() / 1000);
    return { iss: this.#issuer, aud: tokenAudience, iat: nowS, nbf: nowS, exp: nowS + lifetimeS, ...claims };
  }

  #signed(header: object, payload: object, key: KeyObject): string {
    const content = unsigned(header, payload);
    const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
    return `${content}.${signature.toString('base64url')}`;
  }
}

function hmac(header: object, payload: object, secret: string | Buffer): string {
  const content = unsigned(header, payload);
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

function jwkText(key: KeyObject): string {
  return JSON.stringify(key.export({ format: 'jwk' }));
}

function unsigned(header: object, payload: object): string {
  return `${encoded({ typ: 'at+jwt', ...header })}.${encoded(payload)}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
