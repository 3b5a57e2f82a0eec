import type { createBusinesses } from './businesses.ts';
import type { createClients } from './clients.ts';
import type { TokenSigning } from './signing-keys.ts';
import type { createUsers } from './users.ts';

/** What the service can do, but for issuing tokens. */
export interface Accounts {
  readonly businesses: ReturnType<typeof createBusinesses>;
  readonly users: ReturnType<typeof createUsers>;
  readonly clients: ReturnType<typeof createClients>;
  readonly signing: TokenSigning;
}
