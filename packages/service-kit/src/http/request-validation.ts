import type { InvalidField, Operation } from '@dronedelivery/contracts';
import type { FastifyRequest } from 'fastify';
import type { TObject } from 'typebox';
import { AppError } from '../app-error.ts';
import type { JsonSchema } from '../schema/schema-words.ts';
import { compileCheck, type SchemaCheck } from '../schema-check.ts';

/** The checked parts of a request; a part that the operation does not describe is undefined. */
export interface RequestParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
}

/** Judges what a body's schema cannot; it is given any JSON. */
export type RefineBody = (body: unknown) => readonly InvalidField[];

const fieldsListedMax = 50;
const integerText = /^-?\d{1,15}$/;
const numberText = /^-?\d{1,15}(\.\d{1,15})?$/;

/**
 * Compiles an operation's schemas into one check over all parts of a request.
 * @returns a function that throws AppError `validation-failed` with every wrong field, not only the first part's.
 */
export function requestValidation(
  operation: Operation,
  refineBody: RefineBody = () => [],
): (request: FastifyRequest) => RequestParts {
  const params = textPart(operation.params, 'path');
  const query = textPart(operation.query ?? emptyQuery, 'query');
  const headers = textPart(operation.headers, 'header');
  const body = bodyPart(operation);
  return (request) => {
    const faults: InvalidField[] = [];
    const parts = {
      params: params(request.params, faults),
      query: query(request.query, faults),
      headers: headers(request.headers, faults),
      body: body(request.body, faults),
    };
    const named = new Set(faults.map((fault) => fault.path));
    faults.push(...refineBody(parts.body).filter((fault) => !named.has(fault.path)));
    if (faults.length > 0) throw validationFailed(faults);
    return parts;
  };
}

export function validationFailed(faults: readonly InvalidField[]): AppError {
  const detail = faults.length === 1 ? 'one field is not valid' : `${faults.length} fields are not valid`;
  return new AppError('validation-failed', detail, { errors: faults.slice(0, fieldsListedMax) });
}

type PartCheck = (value: unknown, faults: InvalidField[]) => unknown;

const emptyQuery = { type: 'object', properties: {}, additionalProperties: false } as unknown as TObject;

function bodyPart({ body: schema }: Operation): PartCheck {
  if (schema === undefined) return refuseBody;
  const check = compileCheck(schema);
  return (value, faults) => {
    if (value === undefined) throw new AppError('malformed-body', 'a body is needed');
    addFaults(check(value), 'body', faults);
    return value;
  };
}

function refuseBody(value: unknown): undefined {
  if (value !== undefined && value !== null) throw new AppError('malformed-body', 'this operation takes no body');
  return undefined;
}

/** Path, query and headers are texts: numbers and truth values are read by the schema's types, strictly. */
function textPart(schema: TObject | undefined, where: 'path' | 'query' | 'header'): PartCheck {
  if (schema === undefined) return () => undefined;
  const check = compileCheck(schema, { fillDefaults: true });
  const readers = Object.entries(schema.properties).map(([name, property]) => [name, readerOf(property)] as const);
  const keepsUnknown = where !== 'header';
  return (value, faults) => {
    const given = value as Record<string, unknown>;
    const read: Record<string, unknown> = keepsUnknown ? { ...given } : {};
    for (const [name, reader] of readers) if (given[name] !== undefined) read[name] = reader(given[name]);
    addFaults(check(read), where, faults);
    return read;
  };
}

function readerOf(schema: JsonSchema): (value: unknown) => unknown {
  if (schema.type === 'integer') return (value) => (matches(value, integerText) ? Number(value) : value);
  if (schema.type === 'number') return (value) => (matches(value, numberText) ? Number(value) : value);
  if (schema.type === 'boolean') return (value) => (value === 'true' ? true : value === 'false' ? false : value);
  return (value) => value;
}

function matches(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}

function addFaults(faults: ReturnType<SchemaCheck>, where: InvalidField['in'], into: InvalidField[]): void {
  for (const { pointer, expected } of faults ?? []) {
    into.push({ in: where, path: where === 'body' ? pointer : pointer.replace(/^\//, ''), expected });
  }
}
