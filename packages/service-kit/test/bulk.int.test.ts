import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bulkAnswer, bulkItemsMax, bulkRequest, operation } from '@dronedelivery/contracts';
import { eventually } from '@dronedelivery/testing';
import Type from 'typebox';
import { AppError } from '../src/app-error.ts';
import { createHttpServer, registerBulk, registerOperation } from '../src/http.ts';
import { createBulkCalls, createServiceClient, RemoteError, TransientError } from '../src/http-client.ts';
import { silentLogger } from '../src/logger.ts';
import { continuedTrace, currentTrace, runInTrace } from '../src/trace-context.ts';

const base = { service: 'delivery', summary: '', public: false, access: { kind: 'anonymous' }, errors: [] } as const;
const Body = Type.Object({ n: Type.Integer() }, { additionalProperties: false });
const Gain = Type.Object({ doubled: Type.Integer() });
const putThing = operation({
  ...base,
  id: 'putThing',
  method: 'PUT',
  path: '/v1/things/:id',
  params: Type.Object({ id: Type.String() }),
  query: Type.Object({ businessId: Type.String() }),
  body: Body,
  responses: { 200: Gain },
});
const putThings = operation({
  ...base,
  id: 'putThings',
  method: 'PUT',
  path: '/v1/things',
  body: bulkRequest(Body),
  responses: { 200: bulkAnswer(Gain) },
});

interface Seen {
  readonly how: 'alone' | 'in bulk';
  readonly id: string;
  readonly businessId: string;
  readonly traceId: string | undefined;
}

type Fault = (how: Seen['how'], id: string) => Promise<void> | undefined;

/** Serves both operations, with faults, and calls them. */
async function startThings({ fault = () => undefined, timeoutMs = 5000 }: { fault?: Fault; timeoutMs?: number } = {}) {
  const stack = new AsyncDisposableStack();
  const seen: Seen[] = [];
  const put = async (how: Seen['how'], id: string, businessId: string, n: number) => {
    seen.push({ how, id, businessId, traceId: currentTrace()?.traceId });
    await fault(how, id);
    return { doubled: 2 * n };
  };
  const options = { name: 'things', host: '127.0.0.1', port: 0, logger: silentLogger, drainLimitMs: 50 };
  const server = stack.use(createHttpServer(options));
  registerOperation(server, putThing, async ({ params, query, body }) => ({
    status: 200,
    body: await put('alone', params.id, query.businessId, body.n),
  }));
  registerBulk(server, putThings, async ({ id, businessId, body }) => ({
    status: 200,
    gain: await put('in bulk', id, businessId, body.n),
  }));
  const client = stack.use(
    createServiceClient({ name: 'things', baseUrls: [await server.listen()], timeoutMs, retryPauseMs: 5 }),
  );
  const bulk = createBulkCalls({
    client,
    operation: putThings,
    gained: ({ gain }) => gain.doubled,
    alone: async ({ id, businessId }, body, signal) =>
      (await client.call(putThing, { params: { id }, query: { businessId }, body }, { signal })).body.doubled,
  });
  const call = (n: number, signal = AbortSignal.timeout(60_000)) =>
    bulk({ id: `thing-${n}`, businessId: `business-${n % 2}` }, { n }, signal);
  const times = (how: Seen['how']) => seen.filter((one) => one.how === how).length;
  return { call, seen, times, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('calls of one moment', () => {
  test('go together, each for its business and in its own trace, and each gets its own result', async () => {
    await using things = await startThings();
    const traces = numbers(7).map(() => continuedTrace(undefined));
    const calls = traces.map((trace, n) => runInTrace(trace, () => things.call(n)));
    assert.deepEqual(await Promise.all(calls), [0, 2, 4, 6, 8, 10, 12]);
    const expected = traces.map(({ traceId }, n) => {
      return { how: 'in bulk', id: `thing-${n}`, businessId: `business-${n % 2}`, traceId };
    });
    assert.deepEqual(things.seen, expected);
  });

  test('go alone where there is but one', async () => {
    await using things = await startThings();
    const trace = continuedTrace(undefined);
    assert.equal(await runInTrace(trace, () => things.call(3)), 6);
    assert.deepEqual(things.seen, [{ how: 'alone', id: 'thing-3', businessId: 'business-1', traceId: trace.traceId }]);
  });

  test('are bounded: what is too much for one request comes with the next', async () => {
    await using things = await startThings();
    const count = 3 * bulkItemsMax + 2;
    const results = await Promise.all(numbers(count).map((n) => things.call(n)));
    assert.deepEqual(
      results,
      numbers(count).map((n) => 2 * n),
    );
    assert.equal(things.times('in bulk'), count);
  });

  test('fail alone: a refusal, a crash and a fault that passes leave the others done', async () => {
    const passing = new Set(['thing-3']);
    const fault: Fault = async (_how, id) => {
      if (id === 'thing-1') throw new AppError('plan-superseded', 'too late');
      if (id === 'thing-2') throw new Error('a bug');
      if (passing.delete(id)) throw new AppError('unavailable');
    };
    await using things = await startThings({ fault });
    const outcomes = await Promise.allSettled(numbers(5).map((n) => things.call(n)));
    const [done, refused, crashed, passed, last] = outcomes;
    assert.deepEqual(
      [done, passed, last].map((one) => one?.status === 'fulfilled' && one.value),
      [0, 6, 8],
    );
    assert.ok(refused?.status === 'rejected' && refused.reason instanceof RemoteError);
    assert.deepEqual([refused.reason.code, refused.reason.detail], ['plan-superseded', 'too late']);
    assert.ok(crashed?.status === 'rejected' && crashed.reason instanceof TransientError);
    const alone = things.seen.filter(({ how }) => how === 'alone').map(({ id }) => id);
    assert.deepEqual([...new Set(alone)].sort(), ['thing-2', 'thing-3'], 'what was done or refused is not repeated');
  });

  test('go alone when the service does not understand one of them', async () => {
    await using things = await startThings();
    const outcomes = await Promise.allSettled([things.call(1), things.call(0.5), things.call(2)]);
    assert.deepEqual(
      outcomes.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as RemoteError).code)),
      [2, 'validation-failed', 4],
    );
    assert.equal(things.times('in bulk'), 0);
  });

  test('go alone when the bulk hangs', async () => {
    const fault: Fault = (how) => (how === 'in bulk' ? new Promise(() => undefined) : undefined);
    await using things = await startThings({ fault, timeoutMs: 300 });
    const traces = [continuedTrace(undefined), continuedTrace(undefined)];
    const calls = traces.map((trace, n) => runInTrace(trace, () => things.call(n)));
    assert.deepEqual(await Promise.all(calls), [0, 2]);
    const alone = things.seen.filter(({ how }) => how === 'alone').map(({ traceId }) => traceId);
    assert.deepEqual(new Set(alone), new Set(traces.map(({ traceId }) => traceId)), 'each in its own trace still');
  });

  test('given up in a bulk that fails are not made again', async () => {
    const released = Promise.withResolvers<void>();
    const fault: Fault = async (how) => {
      if (how === 'alone') return;
      await released.promise;
      throw new AppError('unavailable');
    };
    await using things = await startThings({ fault });
    await giveUpOneOfTwo(things, released.resolve);
    const alone = things.seen.filter(({ how }) => how === 'alone').map(({ id }) => id);
    assert.deepEqual(alone, ['thing-2']);
  });

  test('can be given up one by one', async () => {
    const released = Promise.withResolvers<void>();
    await using things = await startThings({ fault: (how) => (how === 'in bulk' ? released.promise : undefined) });
    await giveUpOneOfTwo(things, released.resolve);
  });
});

/** Gives the first of two up while their bulk is under way; the other is made all the same. */
async function giveUpOneOfTwo(things: Awaited<ReturnType<typeof startThings>>, release: () => void): Promise<void> {
  const hurry = new AbortController();
  const givenUp = things.call(1, hurry.signal);
  const kept = things.call(2);
  await eventually(() => things.times('in bulk') === 2);
  hurry.abort(new Error('enough'));
  await assert.rejects(givenUp, /enough/);
  release();
  assert.equal(await kept, 4);
}
