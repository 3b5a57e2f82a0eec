import type { AccessTokenClaims } from '@dronedelivery/contracts';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { startTokenIssuer, tempFolder } from '@dronedelivery/testing';
import { type DeliveryConfig, readDeliveryConfig } from '../../src/config.ts';
import { createDeliveryService, type DeliveryOverrides } from '../../src/service.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // The tests look at single members of many kinds of bodies.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

export type Caller = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;

export interface RunningDelivery extends AsyncDisposable {
  readonly urls: readonly string[];
  authorization(claims: AccessTokenClaims): string;
  caller(claims: AccessTokenClaims, url?: string): Caller;
  /** Names the business in every call. */
  readonly asService: Caller;
  readonly asShipper: Caller;
}

export const businessId = 'shop';

/** Nothing listens there: what a service without a broker must live with. */
export const unreachableBroker =
  'Endpoint=sb://127.0.0.1:9;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true;';

export interface RunOptions {
  readonly connectionString: string;
  readonly droneSchedulerUrl?: string;
  readonly replicas?: number;
  readonly config?: Partial<DeliveryConfig>;
  readonly overrides?: DeliveryOverrides;
}

/** The service with real tokens and a folder of its own. */
export async function runDelivery(options: RunOptions): Promise<RunningDelivery> {
  const resources = new AsyncDisposableStack();
  const issuer = resources.use(await startTokenIssuer());
  const folder = resources.use(await tempFolder());
  const config = readDeliveryConfig({
    DATA_DIR: folder.path,
    TOKEN_ISSUER: issuer.issuer,
    JWKS_URL: issuer.jwksUrl,
    TOKEN_URL: issuer.tokenUrl,
    CLIENT_ID: 'delivery',
    CLIENT_SECRET: 'secret',
    DRONE_SCHEDULER_URL: options.droneSchedulerUrl ?? 'http://127.0.0.1:9',
    SERVICEBUS_CONNECTION_STRING: options.connectionString,
  });
  const urls: string[] = [];
  for (let replica = 0; replica < (options.replicas ?? 1); replica++) {
    const service = resources.use(
      await createDeliveryService({ ...config, ...options.config }, { logger: silentLogger, ...options.overrides }),
    );
    urls.push(service.url);
  }
  const authorization = (claims: AccessTokenClaims) => `Bearer ${issuer.token({ sub: 'test', ...claims })}`;
  const caller = (claims: AccessTokenClaims, url = urls[0] ?? ''): Caller => {
    const own = { authorization: authorization(claims) };
    return (method, path, body, headers = {}) => call(`${url}${path}`, method, body, { ...own, ...headers });
  };
  const service = caller({ roles: ['service'] });
  return {
    urls,
    authorization,
    caller,
    asService: (method, path, body, headers) => service(method, `${path}?businessId=${businessId}`, body, headers),
    asShipper: caller({ roles: ['shipper'], businessId, ownerId: 'owner-1' }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function call(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url, {
    method,
    headers: { ...type, ...headers },
    ...content,
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}
