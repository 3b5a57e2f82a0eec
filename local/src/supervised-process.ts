import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { LogFile } from './log-file.ts';

export interface ProcessSpecification {
  /** Unique, such as `workflow` or `workflow-2`. */
  readonly name: string;
  /** Absolute path of the TypeScript entry. */
  readonly entry: string;
  readonly arguments?: readonly string[];
  readonly nodeArguments?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

const restartDelayMs = { first: 200, max: 10_000 } as const;
const quickDeathMs = 30_000;
const repeatedCrashes = 3;
const stopLimitMs = 10_000;

/** One child process that is started again whenever it ends without being told to, with growing pauses. */
export class SupervisedProcess implements AsyncDisposable {
  readonly #specification: ProcessSpecification;
  readonly #tell: (message: string) => void;
  readonly #onStarted: () => void;
  readonly #stopping = new AbortController();
  readonly #log: LogFile;
  readonly #running: Promise<void>;
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  restarts = 0;
  /** How the process ended last: `exit code 0`, or the name of a signal. */
  lastEnd: string | undefined;
  /** From the latest start until the process said that it listens; undefined until then. */
  listeningAfterMs: number | undefined;

  /**
   * @param tell receives lines for the person at the terminal: crashes, and where the log is.
   * @param onStarted is called with every start, when the new pid is known.
   */
  constructor(specification: ProcessSpecification, tell: (message: string) => void, onStarted: () => void) {
    this.#specification = specification;
    this.#tell = tell;
    this.#onStarted = onStarted;
    this.#log = new LogFile(specification.logFile);
    this.#running = this.#keepRunning();
  }

  get name(): string {
    return this.#specification.name;
  }

  get pid(): number | undefined {
    return this.#child?.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  /** Sends a signal, as a fault would; the process is started again if that ends it. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async #keepRunning(): Promise<void> {
    let deathsInARow = 0;
    while (!this.#stopping.signal.aborted) {
      const startedAt = performance.now();
      const how = await this.#runOnce();
      this.lastEnd = how;
      if (this.#stopping.signal.aborted) return;
      deathsInARow = performance.now() - startedAt < quickDeathMs ? deathsInARow + 1 : 1;
      const pauseMs = Math.min(restartDelayMs.first * 2 ** (deathsInARow - 1), restartDelayMs.max);
      this.#report(how, deathsInARow, pauseMs);
      await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      this.restarts++;
    }
  }

  #report(how: string, deathsInARow: number, pauseMs: number): void {
    const { name, logFile } = this.#specification;
    const again =
      deathsInARow >= repeatedCrashes ? ` It has ended ${deathsInARow} times in a row: see ${logFile}.` : '';
    this.#tell(`${name} ended (${how}); it starts again in ${pauseMs} ms.${again}`);
  }

  async #runOnce(): Promise<string> {
    const { entry, arguments: args = [], nodeArguments = [], environment } = this.#specification;
    const child = fork(entry, args, {
      env: { ...inheritedEnvironment(), ...environment },
      execArgv: [...nodeArguments],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C reaches the parent alone, which stops its children in order.
      detached: true,
    });
    this.#child = child;
    this.listeningAfterMs = undefined;
    const forkedAt = performance.now();
    child.on('message', (message: { readonly kind?: string }) => {
      if (message.kind === 'ready') this.listeningAfterMs = performance.now() - forkedAt;
    });
    child.stdout?.on('data', (chunk) => this.#log.write(chunk));
    child.stderr?.on('data', (chunk) => this.#log.write(chunk));
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    });
    this.#exited = exited;
    this.#onStarted();
    return exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#running;
    this.#stopping.abort();
    this.#child?.kill('SIGTERM');
    const forced = setTimeout(() => {
      this.#tell(`${this.name} did not stop within ${stopLimitMs} ms; it is ended.`);
      this.#child?.kill('SIGKILL');
    }, stopLimitMs);
    await this.#exited;
    clearTimeout(forced);
    await this.#running;
    this.#log[Symbol.dispose]();
  }
}

/** What a child needs of this process's environment; settings that only happen to be there must not leak in. */
function inheritedEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS', 'NODE_V8_COVERAGE'];
  const passed = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (names.includes(entry[0]) || entry[0].startsWith('OTEL_')),
  );
  return Object.fromEntries(passed);
}
