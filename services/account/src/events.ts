import type { Logger } from '@dronedelivery/service-kit/logger';
import { counter } from '@dronedelivery/service-kit/telemetry';

const registrations = counter('businesses.registered', 'Businesses that have registered');
const issued = counter('tokens.issued', 'Access tokens issued');
const refused = counter('tokens.refused', 'Requests for a token that were refused, by error');

/** What happens to accounts that people want to read and count; never a secret or a token. */
export interface AccountEvents {
  businessRegistered(businessId: string, status: string): void;
  businessStatusSet(businessId: string, status: string): void;
  clientAdded(client: { readonly clientId: string; readonly businessId: string | null }): void;
  clientRevoked(clientId: string): void;
  tokenIssued(): void;
  tokenRefused(clientId: string, error: string): void;
  signingKeyAdded(kid: string, signsFrom: number): void;
}

export function createAccountEvents(log: Logger): AccountEvents {
  return {
    businessRegistered(businessId, status) {
      registrations(1, { status });
      log.info({ businessId, status }, 'business registered');
    },
    businessStatusSet: (businessId, status) => log.info({ businessId, status }, 'business status set'),
    clientAdded: ({ clientId, businessId }) => log.info({ clientId, businessId }, 'client added'),
    clientRevoked: (clientId) => log.info({ clientId }, 'client revoked'),
    tokenIssued: () => issued(),
    tokenRefused(clientId, error) {
      refused(1, { error });
      log.info({ clientId, error }, 'token refused');
    },
    signingKeyAdded: (kid, signsFrom) =>
      log.info({ kid, signsFrom: new Date(signsFrom).toISOString() }, 'signing key added'),
  };
}
