import {
  type BulkBodyOf,
  type BulkOperation,
  type BulkSuccessOf,
  bulkItemsMax,
  errorCodeOf,
  type Problem,
} from '@dronedelivery/contracts';
import { currentTraceparent, keepTrace } from '../trace-context.ts';
import { RemoteError } from './remote-error.ts';
import type { ServiceClient } from './service-client.ts';

export interface BulkTarget {
  readonly businessId: string;
  readonly id: string;
}

export interface BulkCallsOptions<O extends BulkOperation, R> {
  readonly client: ServiceClient;
  readonly operation: O;
  /** What the success of an item means. */
  readonly gained: (result: BulkSuccessOf<O>) => R;
  /** The same call by itself: for one that comes alone, and for whatever a bulk could not settle. */
  readonly alone: BulkCall<O, R>;
  /** Requests under way at once; what comes meanwhile is collected for the next. */
  readonly flightsMax?: number;
}

/** @throws as `ServiceClient.call` does. */
export type BulkCall<O extends BulkOperation, R> = (
  target: BulkTarget,
  body: BulkBodyOf<O>,
  signal: AbortSignal,
) => Promise<R>;

interface Waiting {
  readonly item: BulkTarget & { readonly traceparent?: string; readonly body: unknown };
  readonly signal: AbortSignal;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
  /** Makes the call by itself, in the caller's own trace. */
  readonly goAlone: () => void;
}

/**
 * Collects the calls of one moment into one request. A bulk is tried once, and only as a short cut: each of its items that was
 * neither done nor refused goes alone, with all the retries, the breaker and the bulkhead of its client. So one bad
 * item never fails its neighbours, and a fault of the service is met as without bulks.
 */
export function createBulkCalls<const O extends BulkOperation, R>(options: BulkCallsOptions<O, R>): BulkCall<O, R> {
  const calls = new BulkCalls(options);
  return (target, body, signal) => calls.add(target, body, signal);
}

class BulkCalls<O extends BulkOperation, R> {
  readonly #options: BulkCallsOptions<O, R>;
  #waiting: Waiting[] = [];
  #flights = 0;
  #isScheduled = false;

  constructor(options: BulkCallsOptions<O, R>) {
    this.#options = options;
  }

  add({ businessId, id }: BulkTarget, body: BulkBodyOf<O>, signal: AbortSignal): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const traceparent = currentTraceparent();
    const { alone, gained } = this.#options;
    const cancel = () => reject(signal.reason);
    signal.addEventListener('abort', cancel);
    this.#waiting.push({
      item: { id, businessId, ...(traceparent === undefined ? {} : { traceparent }), body },
      signal,
      succeed: (result) => resolve(gained(result as BulkSuccessOf<O>)),
      fail: reject,
      goAlone: keepTrace(() => resolve(alone({ businessId, id }, body, signal))),
    });
    this.#schedule();
    return promise.finally(() => signal.removeEventListener('abort', cancel));
  }

  /** After this turn's other calls have come. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#depart();
    });
  }

  #depart(): void {
    const { flightsMax = 2 } = this.#options;
    while (this.#flights < flightsMax && this.#waiting.length > 0) {
      const items = this.#waiting.splice(0, bulkItemsMax).filter(({ signal }) => !signal.aborted);
      if (items.length === 1 || this.#options.client.breakerState !== 'closed') for (const one of items) one.goAlone();
      else if (items.length > 1) void this.#fly(items);
    }
  }

  async #fly(items: readonly Waiting[]): Promise<void> {
    this.#flights++;
    const results = await this.#resultsOf(items);
    this.#flights--;
    for (const [index, one] of items.entries()) settle(one, results[index], this.#options.operation);
    this.#depart();
  }

  async #resultsOf(items: readonly Waiting[]): Promise<readonly AnyResult[]> {
    const { client, operation } = this.#options;
    try {
      const body = { items: items.map(({ item }) => item) };
      const answer = await client.call<BulkOperation>(operation, { body } as never, { once: true });
      return (answer as unknown as { readonly body: { readonly results: readonly AnyResult[] } }).body.results;
    } catch {
      // Whatever it was, each item will meet it, and tell it to its caller.
      return [];
    }
  }
}

interface AnyResult {
  readonly status: number;
  readonly problem?: Problem;
}

function settle(one: Waiting, result: AnyResult | undefined, { service, id }: BulkOperation): void {
  // Its caller has gone: nobody would hear how it ends.
  if (one.signal.aborted) return;
  if (result === undefined || result.status === 429 || result.status >= 500) one.goAlone();
  else if (result.problem === undefined) one.succeed(result);
  else one.fail(refusal(`${service} ${id}`, result.problem));
}

function refusal(target: string, problem: Problem): RemoteError {
  const code = errorCodeOf(problem.type);
  return new RemoteError({ target, status: problem.status, code, problem, retryAfterMs: undefined });
}
