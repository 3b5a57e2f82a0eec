import type { Role } from '@dronedelivery/contracts';
import { registered } from '../domain/business.ts';
import type { Client } from '../domain/client.ts';
import type { BusinessStore, ClientStore, Secrets, UserStore } from './ports.ts';

export interface SeedClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly businessId?: string;
  readonly ownerId?: string;
  readonly drones?: readonly string[];
}

export interface Seeds {
  readonly businesses?: readonly { readonly businessId: string; readonly name: string }[];
  readonly clients: readonly SeedClient[];
}

interface Needs {
  readonly businesses: BusinessStore;
  readonly users: UserStore;
  readonly clients: ClientStore;
  readonly secrets: Secrets;
  readonly now: () => number;
  readonly usersMax: number;
}

/**
 * Brings the stores in line with the seeds: what is missing is added, a seeded client's secret, name and roles follow
 * the file. A business that was suspended and a client that was revoked since stay so.
 *
 * @throws Error when a client of the seeds is another business's, or its business does not exist.
 */
export async function seed(needs: Needs, { businesses = [], clients }: Seeds): Promise<void> {
  for (const { businessId, name } of businesses) {
    await needs.businesses.ensure(registered(businessId, name, true, needs.now()));
  }
  await Promise.all(clients.map((client) => seedClient(needs, client)));
}

async function seedClient(
  { businesses, users, clients, secrets, now, usersMax }: Needs,
  seeded: SeedClient,
): Promise<void> {
  const { clientId, clientSecret, name, roles, businessId = null, ownerId = null, drones = [] } = seeded;
  const known = await clients.find(clientId);
  if (known !== undefined && known.businessId !== businessId) {
    throw new Error(`the seeded client ${clientId} exists and belongs to another business`);
  }
  if (businessId !== null && (await businesses.find(businessId)) === undefined) {
    throw new Error(`the seeded client ${clientId} belongs to a business that does not exist: ${businessId}`);
  }
  if (businessId !== null && ownerId !== null) {
    await users.add({ businessId, userId: ownerId, name, emailAddress: null, createdAt: now() }, usersMax);
  }
  const unchanged = known !== undefined && (await secrets.matches(clientSecret, known.secretHash));
  const secretHash = unchanged ? known.secretHash : await secrets.hash(clientSecret);
  const client: Client = {
    ...{ clientId, businessId, name, roles, ownerId, drones, secretHash },
    status: known?.status ?? 'active',
    createdAt: known?.createdAt ?? now(),
  };
  await clients.replace(client);
}
