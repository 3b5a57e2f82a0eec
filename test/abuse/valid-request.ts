import type { Operation } from '@dronedelivery/contracts';
import type { SeededRandom } from '@dronedelivery/testing';
import { type JsonSchema, sample } from './schema-sample.ts';

export interface OperationInput {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What the schemas cannot say: parts of a request that have to fit each other, or the system that is tested. */
const refined: Readonly<Record<string, (input: OperationInput) => object>> = {
  putStation: ({ params }) => ({ stationId: params.id }),
  putDroneModel: ({ params }) => ({ modelId: params.id }),
  createClient: () => ({ ownerId: undefined }),
  patchBusiness: () => ({ status: 'active' }),
  patchDrone: () => ({ state: 'InService', stationId: undefined }),
  createNotifyMeRequest: () => ({ sms: '+493012345678' }),
  putPackage: () => ({ deliveryId: undefined }),
};

/** A request that satisfies the operation's description, with the given path parameters where they are given. */
export function validInput(
  { id, params, query, body }: Operation,
  random: SeededRandom,
  given: Readonly<Record<string, string>> = {},
): OperationInput {
  const queried = query === undefined ? {} : texts(sample(withoutBusiness(query), random));
  const { cursor: _, ...rest } = queried;
  const input: OperationInput = {
    params: { ...(params === undefined ? {} : texts(sample(params as JsonSchema, random))), ...given },
    query: rest,
    body: body === undefined ? undefined : sample(body as JsonSchema, random),
  };
  const refine = refined[id];
  return refine === undefined ? input : { ...input, body: { ...(input.body as object), ...refine(input) } };
}

export function targetOf({ path }: Operation, { params, query }: OperationInput): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(query).toString();
  return search === '' ? filled : `${filled}?${search}`;
}

export function bodyText({ bodyMediaType }: Operation, body: unknown): string | undefined {
  if (body === undefined) return undefined;
  if (bodyMediaType === 'application/x-www-form-urlencoded') return new URLSearchParams(texts(body)).toString();
  return JSON.stringify(body);
}

export function mediaTypeOf({ bodyMediaType = 'application/json' }: Operation): string {
  return bodyMediaType;
}

/** Who is named there decides on the answer: the tests that mean to name somebody do it themselves. */
function withoutBusiness(query: JsonSchema): JsonSchema {
  const { businessId: _, ...properties } = query.properties ?? {};
  return { ...query, properties };
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, String(one)]));
}
