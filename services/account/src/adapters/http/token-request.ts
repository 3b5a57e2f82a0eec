import type { TokenError } from '@dronedelivery/contracts';

export interface ParsedTokenRequest {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | undefined;
}

type Refusal = Pick<TokenError, 'error' | 'error_description'>;

const limits = { clientId: 128, clientSecret: 256, scope: 500 } as const;

/**
 * Reads a client credentials request as RFC 6749 has it (sections 2.3.1 and 4.4.2): unknown parameters are ignored,
 * empty ones count as left out, the client authenticates in one of two ways and not in both.
 */
export function parseTokenRequest(
  form: Readonly<Record<string, string>>,
  authorization: string | undefined,
): ParsedTokenRequest | Refusal {
  const given = (name: string) => (form[name] === '' ? undefined : form[name]);
  const grantType = given('grant_type');
  if (grantType === undefined) return refusal('invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials') {
    return refusal('unsupported_grant_type', 'grant_type must be client_credentials');
  }
  const scope = given('scope');
  if (scope !== undefined && scope.length > limits.scope) return refusal('invalid_scope', 'the scope is too long');
  const inBody = { clientId: given('client_id'), clientSecret: given('client_secret') };
  const credentials = authorization === undefined ? inBody : basicCredentials(authorization);
  if (authorization !== undefined && inBody.clientSecret !== undefined) {
    return refusal('invalid_request', 'the client authenticates twice: in the header and in the body');
  }
  const { clientId, clientSecret } = credentials ?? {};
  if (clientId === undefined || clientSecret === undefined) {
    return refusal('invalid_client', 'client id and secret are needed, in the body or by HTTP Basic');
  }
  if (authorization !== undefined && inBody.clientId !== undefined && inBody.clientId !== clientId) {
    return refusal('invalid_request', 'header and body name different clients');
  }
  if (clientId.length > limits.clientId || clientSecret.length > limits.clientSecret) return unknownClient;
  return { clientId, clientSecret, scope };
}

/** The same for an unknown client and a wrong secret. */
export const unknownClient: Refusal = refusal('invalid_client', 'client id and secret do not belong together');

function refusal(error: TokenError['error'], description: string): Refusal {
  return { error, error_description: description };
}

/** Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1). */
function basicCredentials(authorization: string): { clientId: string; clientSecret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  const text = Buffer.from(encoded ?? '', 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  try {
    return { clientId: formDecode(text.slice(0, colon)), clientSecret: formDecode(text.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
