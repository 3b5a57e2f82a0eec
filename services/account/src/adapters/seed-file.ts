import { readFile } from 'node:fs/promises';
import { BusinessName, Id, Role, strict } from '@dronedelivery/contracts';
import { ConfigurationError } from '@dronedelivery/service-kit/config';
import { lazyCheck } from '@dronedelivery/service-kit/schema-check';
import Type from 'typebox';
import type { SeedClient, Seeds } from '../app/seed.ts';

const SeedClientForm = strict({
  clientId: Id,
  clientSecret: Type.String({ minLength: 16, maxLength: 256 }),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  roles: Type.Array(Role, { minItems: 1, maxItems: 5, uniqueItems: true }),
  businessId: Type.Optional(Id),
  ownerId: Type.Optional(Id),
  drones: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 100 })),
});

const SeedsForm = strict({
  businesses: Type.Optional(Type.Array(strict({ businessId: Id, name: BusinessName }), { maxItems: 1000 })),
  clients: Type.Array(SeedClientForm, { maxItems: 1000 }),
});

const checkSeeds = lazyCheck(SeedsForm);

type SeedsRead = { readonly seeds: Seeds } | { readonly problems: readonly string[] };

const businessRoles: readonly string[] = ['shipper', 'business-admin'] satisfies Role[];

/** @throws ConfigurationError with everything that is wrong with the file. */
export async function loadSeeds(file: string | undefined): Promise<Seeds> {
  if (file === undefined) return { clients: [] };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigurationError([`SEED_CLIENTS_FILE: ${file} cannot be read (${error.code})`]);
  });
  const read = readSeeds(text);
  if ('seeds' in read) return read.seeds;
  throw new ConfigurationError(read.problems.map((problem) => `SEED_CLIENTS_FILE: ${problem}`));
}

/** Reads the text of a seed file; reports everything that is wrong with it, never a secret. */
export function readSeeds(text: string): SeedsRead {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problems: ['it is no JSON'] };
  }
  const read = checkSeeds(value);
  if (!read.ok)
    return { problems: read.faults.map(({ pointer, expected }) => `${pointer || '/'}: expected ${expected}`) };
  const seeds = read.value as Seeds;
  const problems = [...duplicates(seeds), ...seeds.clients.flatMap(mismatches)];
  return problems.length > 0 ? { problems } : { seeds };
}

function duplicates({ businesses = [], clients }: Seeds): string[] {
  const repeated = (ids: readonly string[]) => [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
  return [
    ...repeated(businesses.map(({ businessId }) => businessId)).map((id) => `business ${id} is listed twice`),
    ...repeated(clients.map(({ clientId }) => clientId)).map((id) => `client ${id} is listed twice`),
  ];
}

function mismatches({ clientId, businessId, ownerId, drones, roles }: SeedClient): string[] {
  const problems: string[] = [];
  const ofBusiness = roles.some((role) => businessRoles.includes(role));
  const ofSystem = roles.some((role) => !businessRoles.includes(role));
  if (ofBusiness && ofSystem) problems.push('mixes the roles of a business with those of the system');
  if (ofBusiness && businessId === undefined) problems.push('needs a businessId for its roles');
  if (ofSystem && businessId !== undefined) problems.push('must not have a businessId with its roles');
  if (ownerId !== undefined && businessId === undefined) problems.push('has an ownerId but no businessId');
  if (drones !== undefined && !roles.includes('drone')) problems.push('has drones but not the role drone');
  return problems.map((problem) => `client ${clientId} ${problem}`);
}
