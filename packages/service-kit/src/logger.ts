import { pino } from 'pino';
import { currentTrace } from './trace-context.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Structured logging: fields first, then a short constant message that can be searched for. */
export interface Logger {
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  fatal(fields: object, message: string): void;
  child(bindings: object): Logger;
  isLevelEnabled(level: string): boolean;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Receives whole lines; standard output when absent. */
  readonly write?: (line: string) => void;
}

/** One JSON object a line, with the ids of the current trace. An error belongs in the field `err`. */
export function createLogger({ service, level, write }: LoggerOptions): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: traceFields,
  };
  return write === undefined ? pino(options) : pino(options, { write });
}

/** For tests and tools that want none. */
export const silentLogger: Logger = createLogger({ service: 'silent', level: 'silent' });

function traceFields(): object {
  const context = currentTrace();
  return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
}
