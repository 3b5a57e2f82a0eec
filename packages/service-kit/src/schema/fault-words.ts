import type { ErrorObject } from 'ajv';
import type { SchemaFault } from '../schema-check.ts';
import { expectedOf, type JsonSchema } from './schema-words.ts';

const faultsMax = 50;

/** Says every error of the validator once, in words, at the field that it concerns. */
export function wordFaults(errors: readonly ErrorObject[]): readonly SchemaFault[] {
  const faults = new Map<string, SchemaFault>();
  for (const error of withoutUnionNoise(errors)) {
    if (faults.size === faultsMax) break;
    const fault = wordFault(error);
    const key = `${fault.pointer} ${fault.expected}`;
    if (!faults.has(key)) faults.set(key, fault);
  }
  return [...faults.values()];
}

function wordFault({ instancePath, keyword, params, parentSchema }: ErrorObject): SchemaFault {
  const schema = (parentSchema ?? {}) as JsonSchema;
  if (keyword === 'required') {
    const missing = String(params.missingProperty);
    const property = schema.properties?.[missing];
    const expected = property === undefined ? 'a value' : expectedOf(property);
    return { pointer: `${instancePath}/${escaped(missing)}`, expected: `${expected}; it is missing` };
  }
  if (keyword === 'additionalProperties') {
    const unknown = String(params.additionalProperty).slice(0, 128);
    return { pointer: `${instancePath}/${escaped(unknown)}`, expected: 'no field of this name' };
  }
  if (keyword === 'uniqueItems') return { pointer: instancePath, expected: 'a list without repeated items' };
  return { pointer: instancePath, expected: expectedOf(schema) };
}

/**
 * A value that fits no branch of a union makes errors for every branch. Where it is an object, and its type or a
 * constant such as `kind` shows which branch was meant, that one's errors stay; else one error for the whole union.
 */
function withoutUnionNoise(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  let kept = errors;
  for (const union of errors) {
    if (union.keyword !== 'anyOf') continue;
    const meant = meantBranch((union.schema ?? []) as readonly JsonSchema[], union.data);
    const within = (error: ErrorObject) =>
      error.schemaPath.startsWith(`${union.schemaPath}/`) && isAtOrBelow(error.instancePath, union.instancePath);
    kept = kept.filter((error) => {
      if (error === union) return meant === undefined;
      if (!within(error)) return true;
      return meant !== undefined && error.schemaPath.startsWith(`${union.schemaPath}/${meant}/`);
    });
  }
  return kept;
}

function meantBranch(branches: readonly JsonSchema[], data: unknown): number | undefined {
  const possible = branches.flatMap((branch, index) => (couldMean(branch, data) ? [index] : []));
  const [only = -1] = possible;
  const hasInside = ['object', 'array'].includes(branches[only]?.type ?? '');
  return possible.length === 1 && hasInside ? only : undefined;
}

function couldMean(branch: JsonSchema, data: unknown): boolean {
  if (branch.const !== undefined) return branch.const === data;
  if (branch.type !== typeOf(data)) return branch.type === 'integer' && typeof data === 'number';
  if (branch.type !== 'object') return true;
  return Object.entries(branch.properties ?? {}).every(
    ([name, property]) => property.const === undefined || property.const === (data as Record<string, unknown>)[name],
  );
}

function typeOf(data: unknown): string {
  if (data === null) return 'null';
  return Array.isArray(data) ? 'array' : typeof data;
}

function isAtOrBelow(pointer: string, ancestor: string): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`);
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
