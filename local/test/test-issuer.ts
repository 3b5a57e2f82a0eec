import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AccessTokenClaims, tokenAudience } from '@dronedelivery/contracts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

interface Wanted extends AccessTokenClaims {
  readonly subject?: string;
  readonly expiresInS?: number;
}

/** Issues tokens as the account service does, and publishes its key. */
export async function createTestTokenIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }] });
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(jwks));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks.json`,
    token: ({ subject = 'test-client', expiresInS = 3600, ...claims }: Wanted) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setIssuer(issuer)
        .setAudience(tokenAudience)
        .setSubject(subject)
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
        .sign(privateKey),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
