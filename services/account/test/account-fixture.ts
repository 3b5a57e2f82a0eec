import { writeFile } from 'node:fs/promises';
import { type Clock, systemClock } from '@dronedelivery/service-kit/clock';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { tempFolder } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createAccountService } from '../src/service.ts';

export const operator = { clientId: 'operator', clientSecret: 'operator-secret-0123456789' };
export const demo = { clientId: 'demo-client', clientSecret: 'demo-secret-0123456789' };
export const seeds = {
  businesses: [{ businessId: 'demo-business', name: 'Demo' }],
  clients: [
    { ...operator, name: 'First operator', roles: ['operator'] },
    {
      ...demo,
      ...{ name: 'Demo', roles: ['shipper', 'business-admin'], businessId: 'demo-business', ownerId: 'demo-owner' },
    },
  ],
};

// biome-ignore lint/suspicious/noExplicitAny: tests look at what they asked for
type Json = any;
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A clock that tests set forward. */
export function movableClock() {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  return { clock, advance: (ms: number) => (aheadMs += ms) };
}

export async function startAccount({
  settings = {},
  seedFile = seeds as object,
  dataDir = '',
  clock = systemClock,
} = {}) {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await tempFolder());
  const seedsPath = folder.file('seeds.json');
  await writeFile(seedsPath, JSON.stringify(seedFile));
  const config = readConfig({
    ...{ DATA_DIR: dataDir || folder.file('data'), TOKEN_ISSUER: 'test-issuer', SEED_CLIENTS_FILE: seedsPath },
    ...settings,
  });
  const service = resources.use(await createAccountService(config, { logger: silentLogger, clock }));
  const owned = resources.move();

  const send = async (method: string, target: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await fetch(service.url + target, { method, ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };
  const askToken = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send('POST', '/v1/oauth/token', { body: new URLSearchParams(fields), headers });
  const tokenOf = async ({ clientId, clientSecret }: Credentials): Promise<string> => {
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { status, body } = await askToken(fields);
    if (status !== 200) throw new Error(`token refused: ${JSON.stringify(body)}`);
    return body.access_token;
  };
  return {
    url: service.url,
    send,
    askToken,
    tokenOf,
    /** Calls as somebody, who signs in first; as nobody without credentials. */
    call: async (who: Credentials | undefined, method: string, target: string, body?: unknown) =>
      send(method, target, {
        headers: {
          ...(who === undefined ? {} : { authorization: `Bearer ${await tokenOf(who)}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
