import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StartOptions } from './arguments.ts';
import { accountSeeds, loadOrCreateCredentials } from './credentials.ts';
import { lockDataFolder } from './instance-lock.ts';
import { type LocalInfo, removeLocalInfo, writeLocalInfo } from './local-info.ts';
import { findFreePorts, requireFreePort } from './ports.ts';
import { SupervisedProcess } from './supervised-process.ts';
import {
  type Component,
  type ComponentSettings,
  components,
  connectionString,
  type Instance,
  instancesOf,
  replicaCount,
  specify,
} from './topology.ts';

const host = '127.0.0.1';
const readyLimitMs = 60_000;
const readyPollMs = 50;

/** A whole system on this machine: every component a process of its own. */
export interface LocalSystem extends AsyncDisposable {
  readonly info: LocalInfo;
  readonly connectionString: string;
  readonly instances: readonly Instance[];
  /** By instance name, such as `workflow` or `workflow-2`. */
  process(name: string): SupervisedProcess;
  /** Resolves when every instance answers that it is ready. */
  ready(signal?: AbortSignal): Promise<void>;
}

export interface LocalSystemOverrides {
  /** Receives lines for the person at the terminal. */
  readonly tell?: (message: string) => void;
  /** Settings of single components beyond those that the options lead to: tests shorten waits with them. */
  readonly settings?: ComponentSettings;
  /** Starts only these; benchmarks look at parts of the system. */
  readonly only?: readonly Component[];
  /** Gives up waiting until all are ready; what was started is stopped. */
  readonly signal?: AbortSignal;
}

/**
 * Starts everything on the data folder and waits until all are ready.
 *
 * @throws AlreadyRunningError, PortInUseError, or an Error naming the instances that did not become ready.
 */
export async function startLocalSystem(
  options: StartOptions,
  { tell = () => undefined, settings = {}, only = components, signal }: LocalSystemOverrides = {},
): Promise<LocalSystem> {
  await using resources = new AsyncDisposableStack();
  mkdirSync(options.dataDir, { recursive: true });
  resources.use(lockDataFolder(options.dataDir));
  if (options.fresh) emptyDataFolder(options.dataDir);
  const credentials = loadOrCreateCredentials(options.dataDir);
  const { instances: all, amqpPort } = await allocate(options);
  const instances = all.filter(({ component }) => only.includes(component));
  const seedsFile = path.join(options.dataDir, 'account-seeds.json');
  writeFileSync(seedsFile, JSON.stringify(accountSeeds(credentials)), { mode: 0o600 });
  // Also what is not started has an address: a part of the system behaves as if the rest were down.
  const specifications = specify(all, { options, credentials, amqpPort, seedsFile, settings });
  const started = new Set(instances.map(({ name }) => name));
  const processes = new Map<string, SupervisedProcess>();
  const info = () => describe(instances, processes, credentials);
  let isPublished = false;
  const publish = () => isPublished && writeLocalInfo(options.dataDir, info());
  for (const specification of specifications.filter(({ name }) => started.has(name))) {
    mkdirSync(specification.environment.DATA_DIR ?? options.dataDir, { recursive: true });
    mkdirSync(path.dirname(specification.logFile), { recursive: true });
    processes.set(specification.name, resources.use(new SupervisedProcess(specification, tell, publish)));
  }
  const ready = (signal?: AbortSignal) => untilReady(instances, options.dataDir, signal);
  await ready(signal);
  isPublished = true;
  publish();
  resources.defer(() => {
    isPublished = false;
    removeLocalInfo(options.dataDir);
  });
  const owned = resources.move();
  return {
    get info() {
      return info();
    },
    connectionString: connectionString(amqpPort),
    instances,
    process: (name) => named(processes, name),
    ready,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Empties the folder but for the lock that this process holds in it. */
function emptyDataFolder(dataDir: string): void {
  for (const name of [...components, 'logs', 'credentials.json', 'account-seeds.json', 'local.json']) {
    rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
}

async function allocate(options: StartOptions): Promise<{ instances: Instance[]; amqpPort: number }> {
  const count = components.reduce((sum, component) => sum + replicaCount(component, options.replicas), 0);
  if (options.edgePort !== 0) await requireFreePort(options.edgePort, host);
  const from = options.edgePort === 0 ? 0 : options.edgePort + 1;
  const [amqpPort = 0, freePort = 0, ...ports] = await findFreePorts(count + 1, from, host);
  const edgePort = options.edgePort === 0 ? freePort : options.edgePort;
  return { instances: instancesOf(options.replicas, { edgePort, ports }), amqpPort };
}

function named(processes: ReadonlyMap<string, SupervisedProcess>, name: string): SupervisedProcess {
  const found = processes.get(name);
  if (found === undefined) throw new Error(`There is no process ${name}: ${[...processes.keys()].join(', ')}.`);
  return found;
}

function describe(
  instances: readonly Instance[],
  processes: ReadonlyMap<string, SupervisedProcess>,
  credentials: ReturnType<typeof loadOrCreateCredentials>,
): LocalInfo {
  const edge = instances.find((instance) => instance.component === 'edge');
  return {
    edgeUrl: edge?.url ?? '',
    services: Object.fromEntries(instances.map(({ name, url }) => [name, { url, pid: processes.get(name)?.pid ?? 0 }])),
    demo: credentials.demo,
    operator: credentials.operator,
  };
}

async function untilReady(instances: readonly Instance[], dataDir: string, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + readyLimitMs;
  let missing = [...instances];
  while (missing.length > 0) {
    const answers = await Promise.all(missing.map(isReady));
    signal?.throwIfAborted();
    missing = missing.filter((_, index) => answers[index] !== true);
    if (missing.length > 0 && performance.now() > deadline) {
      const names = missing.map((instance) => instance.name).join(', ');
      throw new Error(`Not ready within ${readyLimitMs / 1000} s: ${names}. See ${path.join(dataDir, 'logs')}.`);
    }
    if (missing.length > 0) await delay(readyPollMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function isReady({ component, url }: Instance): Promise<boolean> {
  const probe = component === 'broker' ? '/health' : '/healthz/ready';
  try {
    const answer = await fetch(url + probe, { signal: AbortSignal.timeout(1_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
