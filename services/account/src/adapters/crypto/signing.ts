import { randomUUID } from 'node:crypto';
import { tokenAudience } from '@dronedelivery/contracts';
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { GenerateSigningKey, SigningKey, SignToken } from '../../app/ports.ts';

const algorithm = 'ES256';

export const generateSigningKey: GenerateSigningKey = async () => {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    publicJwk: JSON.stringify({ ...publicJwk, kid, alg: algorithm, use: 'sig' }),
    privateJwk: JSON.stringify(await exportJWK(pair.privateKey)),
  };
};

/** Signs access tokens in the form of RFC 9068. */
export function createTokenSigner(issuer: string, lifetimeS: number): SignToken {
  let imported: { kid: string; key: CryptoKey | Uint8Array } | undefined;
  return async (key: SigningKey, subject, claims, now) => {
    if (imported?.kid !== key.kid) {
      imported = { kid: key.kid, key: await importJWK(JSON.parse(key.privateJwk), algorithm) };
    }
    const issuedAtS = Math.floor(now / 1000);
    return new SignJWT({ ...claims, client_id: subject })
      .setProtectedHeader({ alg: algorithm, kid: key.kid, typ: 'at+jwt' })
      .setIssuer(issuer)
      .setAudience(tokenAudience)
      .setSubject(subject)
      .setIssuedAt(issuedAtS)
      .setNotBefore(issuedAtS)
      .setExpirationTime(issuedAtS + lifetimeS)
      .setJti(randomUUID())
      .sign(imported.key);
  };
}
