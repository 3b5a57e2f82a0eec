import { allOperations, type Operation } from '@dronedelivery/contracts';
import { type SeededRandom, seededRandom } from '@dronedelivery/testing';
import { type AbuseSystem, claimsOf } from './abuse-system.ts';
import { type Choose, chooser, mutateTarget, mutateText, mutateValue } from './mutations.ts';
import { oddHeaders } from './odd-values.ts';
import { bodyText, mediaTypeOf, type OperationInput, targetOf, validInput } from './valid-request.ts';
import type { WireRequest } from './wire.ts';

export interface Ground {
  readonly system: AbuseSystem;
  /** The one that the fuzz acts for. */
  readonly businessId: string;
  /** Ids that exist, so that more than the look-up is reached. */
  readonly ids: readonly string[];
}

/** Valid requests are few: each costs the system real work. */
const kinds = ['valid', 'value', 'value', 'value', 'value', 'text', 'target', 'target', 'headers'] as const;

/** The request of one number: the same for the same seed, but for ports, tokens, times and ids. */
export function fuzzCase({ system, businessId, ids }: Ground, seed: number, number: number): WireRequest {
  const random = seededRandom((Math.imul(seed, 0x9e3779b1) + number) >>> 0);
  const choose = chooser(random);
  const operation = choose(allOperations);
  const { base } = choose(system.doorsOf(operation));
  const input = inputOf(operation, random, choose, { businessId, ids });
  const request: WireRequest = {
    ...{ base, method: operation.method, target: targetOf(operation, input), body: bodyText(operation, input.body) },
    headers: { ...authorizationOf(operation, system, businessId, choose), ...typeOf(operation, input) },
  };
  return mutated(request, input, choose(kinds), random);
}

function inputOf(
  operation: Operation,
  random: SeededRandom,
  choose: Choose,
  { businessId, ids }: Pick<Ground, 'businessId' | 'ids'>,
): OperationInput {
  const known: Record<string, string> = operation.path.includes(':id') && random() < 0.5 ? { id: choose(ids) } : {};
  const input = validInput(operation, random, known);
  const named: Record<string, string> = isNamed(operation) ? { businessId } : {};
  return { ...input, query: { ...input.query, ...named } };
}

/** Services have to name the business; customers and operators may. */
function isNamed({ query }: Operation): boolean {
  return query?.properties.businessId !== undefined;
}

function authorizationOf(
  { access }: Operation,
  { forge }: AbuseSystem,
  businessId: string,
  choose: Choose,
): Record<string, string> {
  if (access.kind === 'anonymous') return {};
  const role = choose(access.roles);
  const of = role === 'shipper' || role === 'business-admin' ? businessId : undefined;
  return { authorization: `Bearer ${forge.valid(claimsOf(role, of))}` };
}

function typeOf(operation: Operation, { body }: OperationInput): Record<string, string> {
  return body === undefined ? {} : { 'content-type': mediaTypeOf(operation) };
}

function mutated(
  request: WireRequest,
  { body }: OperationInput,
  kind: (typeof kinds)[number],
  random: SeededRandom,
): WireRequest {
  switch (kind) {
    case 'valid':
      return request;
    case 'value':
      if (body === undefined) return { ...request, ...mutateTarget(request.method, request.target, random) };
      return { ...request, body: textLike(request, mutateValue(body, random)) };
    case 'text':
      return { ...request, body: mutateText(request.body?.toString() ?? '{}', random) };
    case 'target':
      return { ...request, ...mutateTarget(request.method, request.target, random) };
    case 'headers':
      return { ...request, headers: { ...request.headers, ...random.pick(oddHeaders) } };
  }
}

function textLike({ headers }: WireRequest, body: unknown): string {
  if (headers['content-type'] === 'application/json' || typeof body !== 'object' || body === null)
    return JSON.stringify(body);
  const encoded = (part: unknown) =>
    encodeURIComponent((typeof part === 'string' ? part : JSON.stringify(part)).toWellFormed());
  return Object.entries(body)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .join('&');
}
