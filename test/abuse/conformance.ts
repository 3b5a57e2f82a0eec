import {
  allOperations,
  commonErrors,
  type ErrorCode,
  errorCatalogue,
  errorCodeOf,
  type Operation,
  Problem,
  TokenError,
} from '@dronedelivery/contracts';
import { compileCheck, type SchemaCheck } from '@dronedelivery/service-kit/schema-check';
import type { WireAnswer, WireRequest } from './wire.ts';

/** What can be wrong with any request, whatever the operation. */
const ofEveryRequest: readonly ErrorCode[] = [
  ...([
    'malformed-request',
    'request-timeout',
    'validation-failed',
    'malformed-body',
    'unsupported-media-type',
    'body-too-large',
    'uri-too-long',
  ] as const),
  // The edge hides internal operations, and what it does not read as a plain path.
  ...(['not-found', 'method-not-allowed'] as const),
];

/** Compiled at the first use: `Operation` → status → check. */
const checks = new Map<string, SchemaCheck>();

/** @returns what is wrong with an answer, or undefined when it is as the contracts have it. */
export function faultOf(request: WireRequest, answer: WireAnswer): string | undefined {
  const operation = operationOf(request);
  if (answer.headers['x-request-id'] === undefined) return 'it carries no request id';
  if (answer.status >= 200 && answer.status < 300) return faultOfSuccess(request, operation, answer);
  if (request.method === 'HEAD') return answer.status < 500 ? undefined : 'a fault of the server';
  if (operation?.id === 'issueToken' && isTokenRefusal(answer)) return undefined;
  if (answer.status === 503) return faultOfProblem(operation, answer) ?? faultOfRetry(answer);
  if (answer.status < 400 || answer.status >= 500) return `no answer that anybody expects: ${answer.status}`;
  return faultOfProblem(operation, answer);
}

function faultOfSuccess(
  { method }: WireRequest,
  operation: Operation | undefined,
  { status, headers, text }: WireAnswer,
): string | undefined {
  if (operation === undefined) return 'a success where there is no operation';
  const schema = operation.responses[status];
  if (schema === undefined) return `${operation.id} does not document ${status}`;
  if (method === 'HEAD' || schema === null) return text === '' ? undefined : 'a body where none belongs';
  const { responseMediaType = 'application/json' } = operation;
  const type = headers['content-type'] ?? '';
  if (responseMediaType !== '*/*' && !type.startsWith(responseMediaType)) return `the media type is ${type}`;
  if (responseMediaType !== 'application/json') return undefined;
  return faultBySchema(`${operation.id} ${status}`, schema, text);
}

function faultOfProblem(operation: Operation | undefined, { status, headers, text }: WireAnswer): string | undefined {
  if (!(headers['content-type'] ?? '').startsWith('application/problem+json')) return 'it is no problem+json';
  const fault = faultBySchema('problem', Problem, text);
  if (fault !== undefined) return fault;
  const problem = JSON.parse(text) as Problem;
  const code = errorCodeOf(problem.type);
  if (code === undefined) return `the problem type ${problem.type} is not in the catalogue`;
  if (problem.status !== status || errorCatalogue[code].status !== status) return `${code} is not ${status}`;
  if (operation === undefined) return undefined;
  const documented = [...ofEveryRequest, ...commonErrors(operation), ...operation.errors];
  return documented.includes(code) ? undefined : `${operation.id} does not document ${code}`;
}

function faultOfRetry({ headers }: WireAnswer): string | undefined {
  return headers['retry-after'] === undefined ? 'a 503 without Retry-After' : undefined;
}

/** RFC 6749, section 5.2. */
function isTokenRefusal({ status, headers, text }: WireAnswer): boolean {
  const isStatus = status === 400 || status === 401 || status === 413;
  const isJson = (headers['content-type'] ?? '').startsWith('application/json');
  return isStatus && isJson && faultBySchema('token error', TokenError, text) === undefined;
}

function faultBySchema(name: string, schema: Parameters<typeof compileCheck>[0], text: string): string | undefined {
  const check = checks.get(name) ?? compileCheck(schema);
  checks.set(name, check);
  try {
    const faults = check(JSON.parse(text));
    return faults === undefined ? undefined : `it breaks the schema of ${name}: ${JSON.stringify(faults)}`;
  } catch {
    return 'it is no JSON';
  }
}

/** Which operation a request reaches, fixed segments before parameters; HEAD counts as its GET. */
function operationOf({ method, target }: WireRequest): Operation | undefined {
  const [path = ''] = target.split('?', 1);
  const given = path.split('/');
  const wanted = method === 'HEAD' ? 'GET' : method;
  return allOperations
    .filter((operation) => operation.method === wanted && isPathOf(operation.path.split('/'), given))
    .sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];
}

function isPathOf(template: readonly string[], given: readonly string[]): boolean {
  if (template.length !== given.length) return false;
  return template.every((part, index) => part === given[index] || (part.startsWith(':') && given[index] !== ''));
}
