import type { Static, TObject, TSchema } from 'typebox';
import type { ErrorCode } from './errors.ts';
import type { Role } from './roles.ts';

export type ServiceName =
  | 'account'
  | 'ingestion'
  | 'workflow'
  | 'supervisor'
  | 'package'
  | 'delivery'
  | 'drone-scheduler'
  | 'portal'
  | 'simulator';

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/** Who may call: anybody, or a verified token that carries at least one of the roles. */
export type Access = { readonly kind: 'anonymous' } | { readonly kind: 'roles'; readonly roles: readonly Role[] };

/**
 * One HTTP operation, described once. The edge's route table, the registration in each service, the typed clients,
 * the OpenAPI documents and the authorization tests are all derived from these descriptions.
 */
export interface Operation {
  /** Unique in the whole system, in camelCase; also the OpenAPI `operationId`. */
  readonly id: string;
  readonly service: ServiceName;
  readonly method: HttpMethod;
  /** Path template with `:name` parameters, the same on the service and on the edge. */
  readonly path: string;
  readonly summary: string;
  /** Whether the edge routes it. */
  readonly public: boolean;
  readonly access: Access;
  readonly params?: TObject;
  readonly query?: TObject;
  /** Request headers that mean something to the operation; header names in lower case. */
  readonly headers?: TObject;
  readonly body?: TSchema;
  /** Media type of the request body; JSON when absent. */
  readonly bodyMediaType?: 'application/json' | 'application/x-www-form-urlencoded';
  /** Success answers by status. `null` is an answer without a body. */
  readonly responses: { readonly [status: number]: TSchema | null };
  /** Media type of the success answers; JSON when absent, any for files of several kinds. */
  readonly responseMediaType?: 'application/json' | 'text/event-stream' | 'text/html' | '*/*';
  /** Error causes beyond those that every operation of its kind can have (see `commonErrors`). */
  readonly errors: readonly ErrorCode[];
  /** A call may be repeated without a second effect; GET, PUT and DELETE always may. */
  readonly idempotent?: boolean;
}

/** Keeps the literal types of a description, so that handlers and clients are typed by it. */
export function operation<const O extends Operation>(description: O): O {
  return description;
}

type SchemaOrNothing<S> = S extends TSchema ? Static<S> : undefined;

export type ParamsOf<O extends Operation> = SchemaOrNothing<O['params']>;
export type QueryOf<O extends Operation> = SchemaOrNothing<O['query']>;
export type HeadersOf<O extends Operation> = SchemaOrNothing<O['headers']>;
export type BodyOf<O extends Operation> = SchemaOrNothing<O['body']>;

/** The answers that an operation may give: a union over its statuses, discriminated by `status`. */
export type AnswerOf<O extends Operation> = {
  [S in keyof O['responses'] & number]: O['responses'][S] extends TSchema
    ? { readonly status: S; readonly body: Static<O['responses'][S]> }
    : { readonly status: S };
}[keyof O['responses'] & number];

/** Causes that need no mention in a description: they follow from its parts. */
export function commonErrors(of: Operation): readonly ErrorCode[] {
  const codes: ErrorCode[] = ['internal', 'too-many-requests', 'unavailable'];
  if (of.params !== undefined || of.query !== undefined || of.headers !== undefined) codes.push('validation-failed');
  if (of.body !== undefined) {
    codes.push('validation-failed', 'malformed-body', 'body-too-large', 'unsupported-media-type');
  }
  if (of.access.kind === 'roles') codes.push('unauthenticated', 'forbidden');
  return [...new Set(codes)];
}
