import type { IncomingHttpHeaders } from 'node:http';

/**
 * What passes from a client to a service: a list of what is let through, because one of what is held back would miss the
 * next identity header that somebody trusts.
 */
const passed = [
  ...['accept', 'accept-encoding', 'accept-language', 'authorization', 'content-type', 'content-encoding'],
  ...['if-match', 'if-none-match', 'last-event-id', 'user-agent', 'tracestate'],
] as const;

export interface SetByEdge {
  readonly requestId: string;
  readonly traceparent: string;
  readonly clientAddress: string;
}

/** @param named headers that the operation gives a meaning, in lower case. */
export function requestHeaders(
  from: IncomingHttpHeaders,
  named: readonly string[],
  set: SetByEdge,
): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': set.requestId,
    traceparent: set.traceparent,
    'x-forwarded-for': set.clientAddress,
  };
  const ofConnection = listed(from.connection);
  for (const name of [...passed, ...named]) {
    const value = from[name];
    if (typeof value === 'string' && !ofConnection.includes(name)) headers[name] = value;
  }
  return headers;
}

/** Headers that speak of one connection (RFC 9110, section 7.6.1), and what tells of the inside. */
const heldBack = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'server', 'x-powered-by', 'x-request-id'],
]);

export function responseHeaders(
  from: Record<string, string | string[] | undefined>,
  requestId: string,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
  };
  const ofConnection = listed(from.connection);
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && !heldBack.has(name) && !ofConnection.includes(name)) headers[name] = value;
  }
  return headers;
}

function listed(connection: string | string[] | undefined): string[] {
  // What nearly every request says needs no look.
  if (connection === undefined || connection === 'keep-alive') return [];
  return String(connection)
    .split(',')
    .map((name) => name.trim().toLowerCase());
}
