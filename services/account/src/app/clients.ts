import type { ApiClient, ApiClientCreated, CreateClient, CreateSystemClient } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import type { Client } from '../domain/client.ts';
import type { AccountEvents } from '../events.ts';
import { type PageRequest, page } from './cursor.ts';
import type { BusinessStore, ClientStore, Secrets, UserStore } from './ports.ts';

interface Needs {
  readonly businesses: BusinessStore;
  readonly users: UserStore;
  readonly clients: ClientStore;
  readonly secrets: Secrets;
  readonly now: () => number;
  readonly newId: () => string;
  /** Active ones of one business, or of none. */
  readonly clientsMax: number;
  readonly events: AccountEvents;
}

type NewClient = Pick<Client, 'businessId' | 'name' | 'roles' | 'ownerId' | 'drones'>;

export function createClients({ businesses, users, clients, secrets, now, newId, clientsMax, events }: Needs) {
  const add = async (asked: NewClient): Promise<ApiClientCreated> => {
    const clientSecret = secrets.create();
    const secretHash = await secrets.hash(clientSecret);
    const client: Client = { clientId: newId(), ...asked, status: 'active', createdAt: now(), secretHash };
    if ((await clients.add(client, clientsMax)) === 'full') {
      throw new AppError('conflict', `there are at most ${clientsMax} active clients: revoke one first`);
    }
    events.clientAdded(client);
    return { ...view(client), clientSecret };
  };

  return {
    create: async (businessId: string, { name, roles, ownerId }: CreateClient): Promise<ApiClientCreated> => {
      const business = await businesses.find(businessId);
      // Its tokens outlive a suspension by up to their lifetime.
      if (business?.status !== 'active') throw new AppError('business-not-active');
      if (ownerId !== undefined && !(await users.has(businessId, ownerId))) throw unknownOwner();
      return add({ businessId, name, roles, ownerId: ownerId ?? null, drones: [] });
    },

    createSystem: ({ name, roles, drones }: CreateSystemClient): Promise<ApiClientCreated> =>
      add({ businessId: null, name, roles, ownerId: null, drones: drones ?? [] }),

    list: (businessId: string | null, request: PageRequest) =>
      page(
        request,
        (range) => clients.list(businessId, range),
        ({ createdAt, clientId }) => ({ createdAt, id: clientId }),
        view,
      ),

    /** @param businessId the one whose client it must be, or undefined for any client. */
    revoke: async (clientId: string, businessId: string | undefined): Promise<void> => {
      const client = await clients.find(clientId);
      if (client === undefined || (businessId !== undefined && client.businessId !== businessId)) {
        throw new AppError('not-found');
      }
      await clients.revoke(clientId);
      events.clientRevoked(clientId);
    },
  };
}

function unknownOwner(): AppError {
  return new AppError('validation-failed', 'the business has no such user', {
    errors: [{ in: 'body', path: '/ownerId', expected: 'the id of a user of the business' }],
  });
}

function view({ secretHash: _, ...client }: Client): ApiClient {
  return {
    ...client,
    roles: [...client.roles],
    drones: [...client.drones],
    createdAt: new Date(client.createdAt).toISOString(),
  };
}
