/** A problem that the system reported, in words for people. */
export class Problem extends Error {
  constructor(status, message, retryAfterS) {
    super(message);
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** Without this a browser answers a refused secret with its own dialogue for user and password, and waits for it. */
const credentials = 'omit';

const renewAheadMs = 60_000;

// Kept in this module's memory alone: no storage outlives the page, and nothing else can read it. Tokens live for
// minutes, so that the secret stays as long as somebody is signed in.
let client;
let token;

export async function signIn(clientId, clientSecret) {
  client = { client_id: clientId, client_secret: clientSecret };
  token = await fetchToken();
}

export function signOut() {
  client = undefined;
  token = undefined;
}

async function fetchToken() {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...client });
  const response = await fetch('/v1/oauth/token', { method: 'POST', body, credentials });
  const answer = await response.json();
  if (!response.ok) throw new Problem(response.status, answer.error_description ?? answer.detail ?? answer.title);
  return { value: answer.access_token, renewAtMs: Date.now() + answer.expires_in * 1000 - renewAheadMs };
}

async function currentToken() {
  if (client !== undefined && Date.now() > token.renewAtMs) token = await fetchToken();
  return token?.value;
}

/** @returns the response when it is a success; throws a Problem otherwise. */
export async function call(path, { method = 'GET', body, signal, accept = 'application/json' } = {}) {
  const headers = { accept, authorization: `Bearer ${await currentToken()}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(path, { method, headers, signal, credentials, body: body && JSON.stringify(body) });
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function read(path, signal) {
  return (await call(path, { signal })).json();
}

async function problemOf(response) {
  const retryAfterS = Number(response.headers.get('retry-after')) || undefined;
  const problem = await response.json().catch(() => ({}));
  const fields = (problem.errors ?? []).map((error) => `${error.path}: expected ${error.expected}`);
  const lines = [problem.detail ?? problem.title ?? `The system answered ${response.status}.`, ...fields];
  return new Problem(response.status, lines.join('\n'), retryAfterS);
}
