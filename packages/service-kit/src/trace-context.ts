import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { context, isSpanContextValid, trace } from '@opentelemetry/api';

/** Where the current work stands in its W3C trace. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: this hop. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const storage = new AsyncLocalStorage<TraceContext | undefined>();
const form = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const poolBytes = 4096;
const pool = Buffer.alloc(poolBytes);
let poolOffset = poolBytes;

/** An OpenTelemetry span wins where the SDK runs; without it our own context carries the trace all the same. */
export function currentTrace(): TraceContext | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (span !== undefined && isSpanContextValid(span)) {
    return { traceId: span.traceId, spanId: span.spanId, sampled: (span.traceFlags & 1) === 1 };
  }
  return storage.getStore();
}

/** The value to send along: as HTTP header, message property or column. */
export function currentTraceparent(): string | undefined {
  const present = currentTrace();
  return present === undefined ? undefined : traceparentOf(present);
}

export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** Undefined for whatever is not a valid `traceparent` of the W3C recommendation. */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  if (typeof value !== 'string' || value.length > 256) return undefined;
  const [, traceId, spanId, flags = '0'] = form.exec(value) ?? [];
  if (traceId === undefined || spanId === undefined || value.startsWith('ff')) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A new hop in the parent's trace, or the first hop of a new one. */
export function continuedTrace(parent: TraceContext | undefined): TraceContext {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    sampled: parent?.sampled ?? false,
  };
}

/** Runs `work`, and whatever it awaits, in this context. */
export function runInTrace<T>(trace: TraceContext, work: () => T): T {
  return storage.run(trace, work);
}

/**
 * `work` as it would run here, whoever calls it later: in the present trace, and in the present span where the OpenTelemetry SDK
 * runs. Keeps nothing else of the surroundings, for a tenth of the cost of `AsyncLocalStorage.bind`.
 */
export function keepTrace<A extends readonly unknown[], R>(work: (...args: A) => R): (...args: A) => R {
  const own = storage.getStore();
  const active = context.active();
  return (...args) => context.with(active, () => storage.run(own, work, ...args));
}

function randomHex(bytes: number): string {
  if (poolOffset + bytes > poolBytes) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  poolOffset += bytes;
  return pool.toString('hex', poolOffset - bytes, poolOffset);
}
