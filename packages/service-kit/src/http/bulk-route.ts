import type { BulkItemOf, BulkOperation, BulkSuccessOf, Operation } from '@dronedelivery/contracts';
import type { AppError } from '../app-error.ts';
import type { Logger } from '../logger.ts';
import { inSpan } from '../telemetry/spans.ts';
import { continuedTrace, parseTraceparent, runInTrace } from '../trace-context.ts';
import type { Answer } from './operation-route.ts';
import { registerOperation } from './operation-route.ts';
import { problemOf, toAppError } from './problem.ts';
import type { HttpServer } from './server.ts';

/** @throws AppError for every expected failure of the item. */
export type BulkItemHandler<O extends BulkOperation> = (item: BulkItemOf<O>) => Promise<BulkSuccessOf<O>>;

/**
 * Serves many calls in one. The items are handled at the same time, each in its own trace, so that their writes share a
 * commit; one that fails leaves the others alone.
 */
export function registerBulk<const O extends BulkOperation>(
  server: HttpServer,
  operation: O,
  handle: NoInfer<BulkItemHandler<O>>,
): void {
  const spanName = `item of ${operation.id}`;
  const attempt = (item: BulkItemOf<O>, requestId: string) =>
    handle(item).catch((error: unknown) => failure(toAppError(error), operation, requestId, server.log));
  const inItsTrace = (item: BulkItemOf<O>, requestId: string) => {
    const remoteParent = parseTraceparent((item as { readonly traceparent?: string }).traceparent);
    const span = { name: spanName, kind: 'server', remoteParent } as const;
    return runInTrace(continuedTrace(remoteParent), () => inSpan(span, () => attempt(item, requestId)));
  };
  registerOperation<Operation>(server, operation, async (request) => {
    const { items } = request.body as { readonly items: readonly BulkItemOf<O>[] };
    const results = await Promise.all(items.map((item) => inItsTrace(item, request.requestId)));
    return { status: 200, body: { results } } as Answer<Operation>;
  });
}

function failure(error: AppError, { id, path }: Operation, requestId: string, log: Logger) {
  const problem = problemOf(error, path, requestId);
  const fields = { requestId, operation: id, code: error.code };
  if (error.code === 'internal') log.error({ ...fields, err: error.extra.cause ?? error }, 'item failed');
  else if (problem.status >= 500) log.warn({ ...fields, detail: error.detail, err: error.extra.cause }, 'item refused');
  return { status: problem.status, problem };
}
