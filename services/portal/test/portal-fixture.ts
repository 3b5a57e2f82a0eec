import { operations } from '@dronedelivery/contracts';
import { createTokenVerifier } from '@dronedelivery/service-kit/auth';
import { createHttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { startTokenIssuer } from '@dronedelivery/testing';
import { readConfig } from '../src/config.ts';
import { createPortalService } from '../src/service.ts';

/** What a service behind the portal saw of a call. */
export interface Seen {
  readonly authorization: string | undefined;
  readonly query: object;
}

type Faults = Partial<Record<'delivery' | 'package' | 'drone-scheduler', () => Promise<void>>>;

/** The portal with stand-ins of its three services, which check and answer as the contracts say. */
export async function startPortal({ settings = {}, faults = {} as Faults } = {}) {
  await using resources = new AsyncDisposableStack();
  const issuer = resources.use(await startTokenIssuer());
  const { jwksUrl } = issuer;
  const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: 'drone-delivery', jwksUrl });
  const server = resources.use(
    createHttpServer({ name: 'services', host: '127.0.0.1', port: 0, logger: silentLogger, verifier }),
  );
  const seen: Seen[] = [];
  registerOperation(server, operations.getDeliverySummary, async ({ query, authorization }) => {
    seen.push({ authorization, query });
    await faults.delivery?.();
    const { ownerId, year, month } = query;
    const counts = { requested: 4, completed: 3, cancelled: 1, failed: 0, expedited: 1, completedInTime: 3 };
    return { status: 200, body: { ownerId, year, month, ...counts } };
  });
  registerOperation(server, operations.getPackageSummary, async ({ params, query, authorization }) => {
    seen.push({ authorization, query: { ...params, ...query } });
    await faults.package?.();
    const { year, month } = query;
    const bySize = { Small: 4, Medium: 0, Large: 0 };
    return { status: 200, body: { ...params, year, month, packages: 4, totalWeight: 10, bySize } };
  });
  registerOperation(server, operations.getDroneUtilization, async ({ query, authorization }) => {
    seen.push({ authorization, query });
    await faults['drone-scheduler']?.();
    const { ownerId, year, month } = query;
    return { status: 200, body: { ownerId, year, month, traveledMiles: 20, assignedHours: 2.5, missions: 3 } };
  });
  const servicesUrl = await server.listen();
  const config = readConfig({
    ...{ TOKEN_ISSUER: issuer.issuer, JWKS_URL: jwksUrl },
    ...{ DELIVERY_URL: servicesUrl, PACKAGE_URL: servicesUrl, DRONE_SCHEDULER_URL: servicesUrl },
    ...settings,
  });
  const portal = resources.use(await createPortalService(config, { logger: silentLogger }));
  const owned = resources.move();
  return {
    url: portal.url,
    issuer,
    seen,
    get: (target: string, headers: Record<string, string> = {}) => fetch(portal.url + target, { headers }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
