import Type, { type Static, type TSchema } from 'typebox';
import { Id, strict } from './common.ts';
import { Problem } from './errors.ts';
import type { AnswerOf, BodyOf, Operation } from './operation.ts';

/** Calls in one. Every part of a body has a greatest length of its own, so that as many never reach a body limit. */
export const bulkItemsMax = 100;

/** Many calls of one idempotent operation, each for a business that it names, in one request. */
export function bulkRequest<B extends TSchema>(body: B) {
  const item = strict({
    id: Id,
    businessId: Id,
    /** Each item goes on in a trace of its own. */
    traceparent: Type.Optional(Type.String({ maxLength: 256 })),
    body,
  });
  return strict({ items: Type.Array(item, { minItems: 1, maxItems: bulkItemsMax }) });
}

/** One result an item, in the order sent. Each item succeeds or fails alone: what it gained, or its problem. */
export function bulkAnswer<G extends TSchema>(gain: G) {
  const success = strict({ status: Type.Integer({ minimum: 200, maximum: 299 }), gain });
  const failure = strict({ status: Type.Integer({ minimum: 400, maximum: 599 }), problem: Problem });
  const result = Type.Union([success, failure]);
  return strict({ results: Type.Array(result, { maxItems: bulkItemsMax }) });
}

/** Where the status says all. */
export const NoGain = strict({});
export type NoGain = Static<typeof NoGain>;

/** An operation whose body is a `bulkRequest`, and whose answer the `bulkAnswer` to it. */
export type BulkOperation = Operation & {
  readonly body: ReturnType<typeof bulkRequest>;
  readonly responses: { readonly 200: ReturnType<typeof bulkAnswer> };
};
export type BulkItemOf<O extends BulkOperation> = BodyOf<O> extends { items: (infer I)[] } ? I : never;
export type BulkBodyOf<O extends BulkOperation> = BodyOf<O> extends { items: { body: infer B }[] } ? B : never;
export type BulkSuccessOf<O extends BulkOperation> =
  AnswerOf<O> extends { readonly body: { results: (infer R)[] } } ? Extract<R, { gain: unknown }> : never;
