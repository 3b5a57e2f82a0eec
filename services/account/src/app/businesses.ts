import type { BusinessRegistered, Business as BusinessView, PatchBusiness } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { type Business, firstUserId, registered } from '../domain/business.ts';
import type { AccountEvents } from '../events.ts';
import { type PageRequest, page } from './cursor.ts';
import type { BusinessStore, Secrets } from './ports.ts';

interface Needs {
  readonly businesses: BusinessStore;
  readonly secrets: Secrets;
  readonly now: () => number;
  readonly newId: () => string;
  readonly activateAtOnce: boolean;
  readonly pendingMax: number;
  readonly events: AccountEvents;
}

export function createBusinesses({ businesses, secrets, now, newId, activateAtOnce, pendingMax, events }: Needs) {
  return {
    register: async (name: string): Promise<BusinessRegistered> => {
      const at = now();
      const business = registered(newId(), name, activateAtOnce, at);
      const { businessId, status } = business;
      const user = { businessId, userId: firstUserId, name, emailAddress: null, createdAt: at };
      const clientSecret = secrets.create();
      const client = {
        clientId: newId(),
        businessId,
        name: 'First client',
        roles: ['shipper', 'business-admin'] as const,
        ownerId: firstUserId,
        drones: [],
        status: 'active' as const,
        createdAt: at,
        secretHash: await secrets.hash(clientSecret),
      };
      if ((await businesses.register(business, user, client, pendingMax)) === 'full') {
        throw new AppError('unavailable', 'too many businesses wait for activation');
      }
      events.businessRegistered(businessId, status);
      return { businessId, name, status, client: { clientId: client.clientId, clientSecret } };
    },

    get: async (businessId: string): Promise<BusinessView> => view(found(await businesses.find(businessId))),

    list: (request: PageRequest) =>
      page(
        request,
        (range) => businesses.list(range),
        ({ createdAt, businessId }) => ({ createdAt, id: businessId }),
        view,
      ),

    setStatus: async (businessId: string, { status }: PatchBusiness): Promise<BusinessView> => {
      const business = found(await businesses.setStatus(businessId, status));
      events.businessStatusSet(businessId, status);
      return view(business);
    },
  };
}

function found(business: Business | undefined): Business {
  if (business === undefined) throw new AppError('not-found');
  return business;
}

function view(business: Business): BusinessView {
  return { ...business, createdAt: new Date(business.createdAt).toISOString() };
}
