import process from 'node:process';
import { ConfigurationError, type Environment } from './config.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';

/** A running service: where it answers, and how it ends. */
export interface Service extends AsyncDisposable {
  readonly url: string;
}

export interface RunServiceOptions<C> {
  readonly name: string;
  /** @throws ConfigurationError */
  readonly readConfig: (env: Environment) => C;
  readonly create: (config: C) => Promise<Service>;
  /** After this much of stopping the process ends by force, with code 1. */
  readonly stopLimitMs?: number;
}

const stopLimitMsDefault = 9_000;
/** For what libraries have left behind, once all that is ours is closed. */
const lingerMsMax = 1_000;

/**
 * The body of a service's `main.ts`: environment → configuration → service → run until SIGTERM or SIGINT (or until
 * the parent that started the process with an IPC channel is gone) → graceful stop. Bad configuration is one message
 * and exit code 1. Says `{"msg":"ready","url":…}` on standard output, and to a parent over IPC. SIGUSR2 has it collect
 * its garbage, for whoever wants to know what it holds.
 */
export async function runService<C>(options: RunServiceOptions<C>): Promise<void> {
  const log = createLogger({ service: options.name, level: logLevelOf(process.env) });
  const stop = stopRequested(log);
  process.on('uncaughtExceptionMonitor', (error) => log.fatal({ err: error }, 'crashed'));
  const config = readOrReport(options, log);
  if (config === undefined) return;
  const service = await createOrReport(options, config, log);
  if (service === undefined) return;
  collectGarbage();
  process.on('SIGUSR2', collectGarbage);
  log.info({ url: service.url, pid: process.pid }, 'ready');
  tellParent({ kind: 'ready', url: service.url });
  await stop;
  await stopped(service, options.stopLimitMs ?? stopLimitMsDefault, log);
}

function readOrReport<C>({ readConfig }: RunServiceOptions<C>, log: Logger): C | undefined {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    log.fatal({ problems: error.problems }, error.message);
    end(1);
    return undefined;
  }
}

async function createOrReport<C>(options: RunServiceOptions<C>, config: C, log: Logger): Promise<Service | undefined> {
  try {
    return await options.create(config);
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    end(1);
    // What the failed start has left open must not keep the process alive.
    setTimeout(() => process.exit(1), 1000).unref();
    return undefined;
  }
}

/**
 * Starting leaves more garbage than a quiet process collects in hours, and a young generation grown to its limit; where
 * `--expose-gc` was given both are given back.
 */
function collectGarbage(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Resolves at the first request to stop; later ones change nothing. */
function stopRequested(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let requested = false;
    const request = (why: string) => {
      if (!requested) log.info({ why }, 'stopping');
      requested = true;
      resolve();
    };
    process.on('SIGTERM', () => request('SIGTERM'));
    process.on('SIGINT', () => request('SIGINT'));
    if (process.connected) process.on('disconnect', () => request('the parent is gone'));
  });
}

async function stopped(service: Service, stopLimitMs: number, log: Logger): Promise<void> {
  const limit = setTimeout(() => {
    log.error({ stopLimitMs }, 'did not stop in time');
    process.exit(1);
  }, stopLimitMs).unref();
  try {
    await service[Symbol.asyncDispose]();
    log.info({}, 'stopped');
    clearTimeout(limit);
    end(0);
    endLingering(log);
  } catch (error) {
    log.error({ err: error }, 'stopping failed');
    end(1);
  }
}

function endLingering(log: Logger): void {
  setTimeout(() => {
    log.warn({ left: process.getActiveResourcesInfo() }, 'ended although something was left');
    process.exit(0);
  }, lingerMsMax).unref();
}

/** The process ends by itself once nothing is left; only the channel to the parent has to be let go. */
function end(code: number): void {
  process.exitCode = code;
  // At once when all is done: while Node takes itself down no handler is left, and one more signal would be the outcome.
  process.once('exit', () => process.exit());
  process.removeAllListeners('disconnect');
  if (process.connected) process.disconnect();
}

function tellParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** Read here as well, so that a bad configuration can be logged; a bad level is reported with the others. */
function logLevelOf(env: Environment): LogLevel {
  const level = env.LOG_LEVEL ?? 'info';
  return level === 'debug' || level === 'warn' || level === 'error' || level === 'silent' ? level : 'info';
}
