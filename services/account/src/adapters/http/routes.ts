import type { BlockList } from 'node:net';
import { operations, pageLimitDefault } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Principal } from '@dronedelivery/service-kit/auth';
import { type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';
import type { TakeToken } from '@dronedelivery/service-kit/token-buckets';
import type { Accounts } from '../../app/accounts.ts';
import type { PageRequest } from '../../app/cursor.ts';
import { clientAddress } from './client-address.ts';

export interface RouteOptions {
  readonly accounts: Accounts;
  /** Registrations left to an address. */
  readonly takeRegistration: TakeToken;
  readonly trustedProxies: BlockList;
  readonly jwksMaxAgeS: number;
}

export function registerRoutes(server: HttpServer, options: RouteOptions): void {
  registerBusinessRoutes(server, options);
  registerUserRoutes(server, options.accounts);
  registerClientRoutes(server, options.accounts);
  registerKeyRoutes(server, options);
}

function registerBusinessRoutes(
  server: HttpServer,
  { accounts, takeRegistration, trustedProxies }: RouteOptions,
): void {
  const { businesses } = accounts;
  registerOperation(server, operations.registerBusiness, async (request) => {
    const forwardedFor = request.header('x-forwarded-for');
    const address = clientAddress(request.remoteAddress, forwardedFor, trustedProxies);
    const { waitMs } = takeRegistration(address);
    if (waitMs > 0) throw new AppError('too-many-requests', undefined, { retryAfterS: waitMs / 1000 });
    return {
      status: 201,
      body: await businesses.register(request.body.name),
      headers: { 'cache-control': 'no-store' },
    };
  });
  registerOperation(server, operations.listBusinesses, async ({ query }) => ({
    status: 200,
    body: await businesses.list(pageOf(query)),
  }));
  registerOperation(server, operations.getBusiness, async ({ params: { businessId }, principal }) => {
    if (!isOperator(principal) && principal.businessId !== businessId) throw new AppError('not-found');
    return { status: 200, body: await businesses.get(businessId) };
  });
  registerOperation(server, operations.patchBusiness, async ({ params, body }) => ({
    status: 200,
    body: await businesses.setStatus(params.businessId, body),
  }));
}

function registerUserRoutes(server: HttpServer, { users }: Accounts): void {
  registerOperation(server, operations.createUser, async (request) => ({
    status: 201,
    body: await users.create(request.business(), request.body),
  }));
  registerOperation(server, operations.listUsers, async (request) => ({
    status: 200,
    body: await users.list(request.business(), pageOf(request.query)),
  }));
}

function registerClientRoutes(server: HttpServer, { clients }: Accounts): void {
  const headers = { 'cache-control': 'no-store' };
  registerOperation(server, operations.createClient, async (request) => ({
    status: 201,
    body: await clients.create(request.business(), request.body),
    headers,
  }));
  registerOperation(server, operations.createSystemClient, async ({ body }) => ({
    status: 201,
    body: await clients.createSystem(body),
    headers,
  }));
  // An operator who names no business means the clients that belong to none.
  registerOperation(server, operations.listClients, async (request) => ({
    status: 200,
    body: await clients.list(request.businessOrAll() ?? null, pageOf(request.query)),
  }));
  registerOperation(server, operations.revokeClient, async ({ params, principal }) => {
    await clients.revoke(params.clientId, isOperator(principal) ? undefined : (principal.businessId ?? ''));
    return { status: 204 };
  });
}

function registerKeyRoutes(server: HttpServer, { accounts: { signing }, jwksMaxAgeS }: RouteOptions): void {
  registerOperation(server, operations.rotateSigningKey, async () => {
    const { kid } = await signing.rotate();
    return { status: 201, body: { kid } };
  });
  registerOperation(server, operations.getJsonWebKeySet, async () => ({
    status: 200,
    body: { keys: await signing.publicKeys() },
    headers: { 'cache-control': `public, max-age=${jwksMaxAgeS}` },
  }));
}

function isOperator({ roles }: Principal): boolean {
  return roles.includes('operator');
}

function pageOf({ limit, cursor }: { readonly limit?: number; readonly cursor?: string }): PageRequest {
  return { limit: limit ?? pageLimitDefault, ...(cursor === undefined ? {} : { cursor }) };
}
