import assert from 'node:assert/strict';
import type { ApiClientCreated, BusinessRegistered, Operation } from '@dronedelivery/contracts';
import { ApiClient } from '@dronedelivery/local/api-client';
import { finalStages, request, untilStage, validationRequest } from '../support/deliveries.ts';
import type { TestSystem } from '../support/test-system.ts';

/** What one business owns, for another to try and get at. */
export interface Possessions {
  readonly businessId: string;
  readonly ownerId: string;
  /** Reached its end before the tests begin, so that what they read stands still. */
  readonly deliveryId: string;
  readonly packageId: string;
  /** Ids that the other business writes under; what is there must not change. */
  readonly coveted: { readonly deliveryId: string; readonly packageId: string };
  /** Text that no answer to another business may hold. */
  readonly secret: string;
  readonly admin: ApiClient;
  /** A client that may be revoked. */
  addClient(): Promise<{ readonly clientId: string; readonly clientSecret: string }>;
}

export async function registerBusiness({ system }: TestSystem, name: string) {
  const { body, status } = await new ApiClient(system.info.edgeUrl, system.info.operator).request<BusinessRegistered>(
    'POST',
    '/v1/businesses',
    { name },
  );
  assert.equal(status, 201, JSON.stringify(body));
  const admin = new ApiClient(system.info.edgeUrl, body.client);
  return { businessId: body.businessId, admin };
}

export async function acquire(running: TestSystem, secret: string): Promise<Possessions> {
  const { businessId, admin } = await registerBusiness(running, secret);
  const ownerId = `owner-${secret}`;
  const deliver = async (packageId: string) => {
    const packageInfo = { packageId, size: 'Small', weight: 1, tag: secret } as const;
    const id = await request(admin, validationRequest({ ownerId, packageInfo }));
    assert.equal((await untilStage(admin, id, finalStages)).stage, 'Completed');
    return id;
  };
  const deliveryId = await deliver('package-1');
  const coveted = { deliveryId: await deliver('package-2'), packageId: 'package-2' };
  const user = await admin.request('POST', '/v1/users', { name: secret });
  assert.equal(user.status, 201, JSON.stringify(user.body));
  const addClient = async () => {
    const answer = await admin.request<ApiClientCreated>('POST', '/v1/clients', { name: secret, roles: ['shipper'] });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };
  return { businessId, ownerId, deliveryId, packageId: 'package-1', coveted, secret, admin, addClient };
}

/** Path parameters and query that lead an operation to what the business owns. */
export async function pointAt(
  { id, path, query }: Operation,
  { businessId, ownerId, addClient, ...owned }: Possessions,
  isCoveted: boolean,
): Promise<{ readonly params: Record<string, string>; readonly query: Record<string, string> }> {
  const { deliveryId, packageId } = isCoveted ? owned.coveted : owned;
  const ownerQuery: Record<string, string> = query?.properties.ownerId === undefined ? {} : { ownerId };
  const now = new Date();
  const month = { year: String(now.getUTCFullYear()), month: String(now.getUTCMonth() + 1) };
  const inQuery = query?.properties.month === undefined ? ownerQuery : { ...ownerQuery, ...month };
  const params = (found: Record<string, string>) => ({ params: found, query: inQuery });
  if (path.includes(':ownerId')) return params({ ownerId });
  if (path.includes(':businessId')) return params({ businessId });
  if (id === 'revokeClient') return params({ clientId: (await addClient()).clientId });
  if (path.startsWith('/v1/packages/:id')) return params({ id: packageId });
  if (/^\/v1\/(deliveries|deliveryrequests|dronedeliveries)\/:id/.test(path)) return params({ id: deliveryId });
  return params({});
}
