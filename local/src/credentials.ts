import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Secrets of one data folder: made once, read back at every later start. */
export interface LocalCredentials {
  readonly operator: Credentials;
  readonly demo: Credentials & { readonly businessId: string; readonly ownerId: string };
  readonly drones: Credentials;
  readonly services: Readonly<Record<string, Credentials>>;
}

export const callingServices = ['workflow', 'supervisor', 'delivery', 'portal'] as const;

export function loadOrCreateCredentials(dataDir: string): LocalCredentials {
  const file = path.join(dataDir, 'credentials.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const credentials = createCredentials();
  writeFileSync(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  return credentials;
}

function createCredentials(): LocalCredentials {
  const client = (clientId: string): Credentials => ({ clientId, clientSecret: randomBytes(32).toString('base64url') });
  return {
    operator: client('operator'),
    demo: { businessId: 'demo-business', ownerId: 'demo-owner', ...client('demo-client') },
    drones: client('drone-gateway'),
    services: Object.fromEntries(callingServices.map((name) => [name, client(`service-${name}`)])),
  };
}

/** What the account service seeds at its first start. */
export function accountSeeds(credentials: LocalCredentials) {
  const { demo, operator, drones, services } = credentials;
  return {
    businesses: [{ businessId: demo.businessId, name: 'Demo business' }],
    clients: [
      { ...operator, name: 'First operator', roles: ['operator'] },
      { ...demo, name: 'Demo client', roles: ['shipper', 'business-admin'] },
      // The simulated fleet brings its own stations and drones, which only an operator may register.
      { ...drones, name: 'Gateway of the simulated fleet', roles: ['drone', 'operator'], drones: ['*'] },
      ...Object.entries(services).map(([name, client]) => ({ ...client, name: `Service ${name}`, roles: ['service'] })),
    ],
  };
}
