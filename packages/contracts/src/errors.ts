import Type, { type Static } from 'typebox';

/**
 * Every cause of failure that a client can meet: its code is stable, its HTTP status and title follow from the code.
 * `docs/errors.md` explains each; a test holds the two together.
 */
export const errorCatalogue = {
  'validation-failed': { status: 400, title: 'The request is not valid' },
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  'malformed-request': { status: 400, title: 'The request is not valid HTTP' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  forbidden: { status: 403, title: 'The token does not permit this' },
  'not-found': { status: 404, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The resource is in a state that does not allow this' },
  'already-exists': { status: 409, title: 'A resource with this id exists already' },
  'delivery-terminal': { status: 409, title: 'The delivery has ended' },
  'delivery-under-way': { status: 409, title: 'The drone has the parcel on board already' },
  'plan-superseded': { status: 409, title: 'A later change of the plan was applied before' },
  released: { status: 409, title: 'The reservation was released for good' },
  'parcel-on-board': { status: 409, title: 'The parcel is on board or was delivered' },
  'no-drone-available': { status: 409, title: 'No drone is free that could take the parcel in time' },
  'package-fixed': { status: 409, title: 'Size and weight are fixed once the delivery is being planned' },
  'drone-busy': { status: 409, title: 'The drone is on a mission' },
  'confirmation-not-expected': { status: 409, title: 'The delivery does not wait for this confirmation' },
  'business-not-active': { status: 403, title: 'The business is not active' },
  'body-too-large': { status: 413, title: 'The body is over the limit' },
  'uri-too-long': { status: 414, title: 'The address is over the limit' },
  'unsupported-media-type': { status: 415, title: 'The media type of the body is not supported' },
  'no-feasible-drone': { status: 422, title: 'No drone of the fleet can ever do this' },
  'webhook-refused': { status: 422, title: 'The webhook address is not allowed' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'business-queue-full': { status: 429, title: 'Too many requests of the business wait to be worked on' },
  'headers-too-large': { status: 431, title: 'The header fields are over the limit' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'The service cannot answer at the moment' },
  'queue-full': { status: 503, title: 'Too many requests wait to be worked on' },
  'outcome-unknown': { status: 503, title: 'Whether the request was accepted is not known' },
  'upstream-timeout': { status: 504, title: 'A service behind this one did not answer in time' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

export const problemTypePrefix = 'urn:drone-delivery:problem:';
export const problemMediaType = 'application/problem+json';

/** One invalid part of a request: where it is, and what was expected there. */
export const InvalidField = Type.Object({
  in: Type.Union([Type.Literal('body'), Type.Literal('query'), Type.Literal('path'), Type.Literal('header')]),
  /** JSON Pointer (RFC 6901) for a body; the plain name for the others. */
  path: Type.String(),
  expected: Type.String(),
});
export type InvalidField = Static<typeof InvalidField>;

/** RFC 9457. Members beyond these (`deliveryId`, `retryAfterSeconds`, …) belong to single causes. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String()),
  /** The request id, to find the request in the logs. */
  requestId: Type.Optional(Type.String()),
  errors: Type.Optional(Type.Array(InvalidField)),
  deliveryId: Type.Optional(Type.String()),
});
export type Problem = Static<typeof Problem>;

export function problemType(code: ErrorCode): string {
  return `${problemTypePrefix}${code}`;
}

/** The code behind a problem's `type`, or undefined when it is none of ours. */
export function errorCodeOf(type: string): ErrorCode | undefined {
  const code = type.startsWith(problemTypePrefix) ? type.slice(problemTypePrefix.length) : '';
  return Object.hasOwn(errorCatalogue, code) ? (code as ErrorCode) : undefined;
}
