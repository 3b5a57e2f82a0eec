import { createHmac, timingSafeEqual } from 'node:crypto';
import { BrokerError } from '../core/broker-error.ts';
import { trimSlashes } from '../core/entity-definition.ts';

/** Shared access keys by name. Undefined: whoever connects may do everything. */
export type SharedAccessKeys = Readonly<Record<string, string>> | undefined;

/** What a token allows: everything at or below a path, until it expires. */
export interface Grant {
  /** Lower case, without scheme, host, query and slashes at the ends; empty for the whole namespace. */
  readonly path: string;
  readonly expiresAtMs: number;
}

const prefix = 'SharedAccessSignature ';

/**
 * Checks a shared access signature as put-token brings it.
 * @param audience what the client wants to use, such as `sb://host/queue`
 * @throws BrokerError `unauthorized`
 */
export function checkToken(keys: SharedAccessKeys, token: string, audience: string, nowMs: number): Grant {
  if (keys === undefined) return { path: pathOf(audience), expiresAtMs: Number.POSITIVE_INFINITY };
  const fields = parseToken(token);
  const key = Object.hasOwn(keys, fields.keyName) ? keys[fields.keyName] : undefined;
  if (key === undefined || !signatureHolds(key, fields)) throw refused('the signature is not valid');
  const expiresAtMs = Number(fields.expiry) * 1000;
  if (!(expiresAtMs > nowMs)) throw refused('the token has expired');
  const grant = { path: pathOf(decodeURIComponent(fields.resource)), expiresAtMs };
  if (!covers(grant.path, pathOf(audience))) throw refused('the token is for another entity');
  return grant;
}

/** Whether any of the grants allows to use the entity at `path`. */
export function allows(grants: Iterable<Grant>, path: string, nowMs: number): boolean {
  const wanted = pathOf(path);
  for (const grant of grants) {
    if (grant.expiresAtMs > nowMs && covers(grant.path, wanted)) return true;
  }
  return false;
}

interface TokenFields {
  /** As it was signed: still encoded. */
  readonly resource: string;
  readonly expiry: string;
  readonly keyName: string;
  readonly signature: string;
}

function parseToken(token: string): TokenFields {
  if (!token.startsWith(prefix)) throw refused('only shared access signatures are accepted');
  const pairs = token
    .slice(prefix.length)
    .split('&')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  const fields = new Map(pairs);
  const read = (name: string) => fields.get(name) ?? '';
  try {
    const [keyName, signature] = [decodeURIComponent(read('skn')), decodeURIComponent(read('sig'))];
    decodeURIComponent(read('sr'));
    return { resource: read('sr'), expiry: read('se'), keyName, signature };
  } catch {
    throw refused('the token is malformed');
  }
}

function signatureHolds(key: string, { resource, expiry, signature }: TokenFields): boolean {
  const expected = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function pathOf(address: string): string {
  const withoutHost = address.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\?.*/s, '');
  return trimSlashes(withoutHost).toLowerCase();
}

function covers(granted: string, wanted: string): boolean {
  return granted === '' || granted === wanted || wanted.startsWith(`${granted}/`);
}

function refused(reason: string): BrokerError {
  return new BrokerError('unauthorized', `Unauthorized access: ${reason}.`);
}
