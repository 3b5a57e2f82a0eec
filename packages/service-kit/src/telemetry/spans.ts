import {
  context,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { TraceContext } from '../trace-context.ts';

const scope = 'drone-delivery';
const kinds = { client: SpanKind.CLIENT, server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const;

export interface SpanDescription {
  readonly name: string;
  readonly kind: 'client' | 'server' | 'consumer';
  /** What the work follows from, where that is another process's span. */
  readonly remoteParent?: TraceContext | undefined;
}

/**
 * Runs the work in a span of the telemetry SDK, if one runs. A message's span continues the sender's trace and also links to
 * it, so that one delivery stays one trace whatever lies between.
 */
export function inSpan<T>({ name, kind, remoteParent }: SpanDescription, work: () => Promise<T>): Promise<T> {
  if (!isRecorded()) return work();
  const parent = remoteParent === undefined ? undefined : spanContextOf(remoteParent);
  const base = parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent);
  const options = {
    kind: kinds[kind],
    ...(parent === undefined ? {} : { links: [{ context: parent }] }),
  };
  return trace.getTracer(scope).startActiveSpan(name, options, base, (span) => ended(span, work));
}

/** Spans that go nowhere would be made all the same, for several microseconds each. */
function isRecorded(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider && provider.getDelegateTracer(scope) === undefined);
}

async function ended<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function spanContextOf({ traceId, spanId, sampled }: TraceContext) {
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}
