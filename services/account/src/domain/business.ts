import type { BusinessState } from '@dronedelivery/contracts';

export interface Business {
  readonly businessId: string;
  readonly name: string;
  readonly status: BusinessState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface User {
  readonly businessId: string;
  readonly userId: string;
  readonly name: string;
  readonly emailAddress: string | null;
  readonly createdAt: number;
}

/** The user that the first client of a registered business acts for. */
export const firstUserId = 'admin';

export function registered(businessId: string, name: string, activateAtOnce: boolean, now: number): Business {
  return { businessId, name, status: activateAtOnce ? 'active' : 'pending', createdAt: now };
}
