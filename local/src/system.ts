import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StartOptions } from './arguments.ts';
import { accountSeeds, loadOrCreateCredentials } from './credentials.ts';
import { lockDataFolder } from './instance-lock.ts';
import { type LocalInfo, removeLocalInfo, writeLocalInfo } from './local-info.ts';
import { findFreePorts, requireFreePort } from './ports.ts';
import { type ProcessSpecification, SupervisedProcess } from './supervised-process.ts';
import {
  type Component,
  type ComponentSettings,
  components,
  connectionString,
  defaultBrokerConfigFile,
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
  /** Other entities of the broker than production has: tests shorten locks with them. */
  readonly brokerConfigFile?: string;
  /** Hears where everything will listen before anything is started: tests put proxies in between. */
  readonly onPlanned?: (instances: readonly Instance[], connectionString: string) => void;
  /** Enables faults on demand at the broker: tests set them over HTTP, at `/faults` of its instance. */
  readonly brokerFaults?: boolean;
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
  overrides: LocalSystemOverrides = {},
): Promise<LocalSystem> {
  const { tell = () => undefined, only = components, signal } = overrides;
  await using resources = new AsyncDisposableStack();
  mkdirSync(options.dataDir, { recursive: true });
  resources.use(lockDataFolder(options.dataDir));
  if (options.fresh) emptyDataFolder(options.dataDir);
  const plan = await planSystem(options, overrides);
  const instances = plan.instances.filter(({ component }) => only.includes(component));
  const processes = new Map<string, SupervisedProcess>();
  const info = () => describe(instances, processes, plan.credentials);
  const publication = new Publication(options.dataDir, info);
  for (const { name } of instances) {
    const specification = prepared(plan.specifications, name);
    const supervised = new SupervisedProcess(specification, tell, () => publication.update());
    processes.set(name, resources.use(supervised));
  }
  const ready = (whileWaiting?: AbortSignal) => untilReady(instances, options.dataDir, whileWaiting);
  await ready(signal);
  resources.use(publication).begin();
  const owned = resources.move();
  return {
    get info() {
      return info();
    },
    connectionString: connectionString(plan.amqpPort),
    instances,
    process: (name) => named(processes, name),
    ready,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** `local.json`, kept true from when all are ready until the stop begins. */
class Publication implements Disposable {
  readonly #dataDir: string;
  readonly #info: () => LocalInfo;
  #isPublic = false;

  constructor(dataDir: string, info: () => LocalInfo) {
    this.#dataDir = dataDir;
    this.#info = info;
  }

  begin(): void {
    this.#isPublic = true;
    this.update();
  }

  update(): void {
    if (this.#isPublic) writeLocalInfo(this.#dataDir, this.#info());
  }

  [Symbol.dispose](): void {
    this.#isPublic = false;
    removeLocalInfo(this.#dataDir);
  }
}

/** Addresses, credentials and settings of every instance; also of those that are not started, as if they were down. */
async function planSystem(
  options: StartOptions,
  { settings = {}, brokerConfigFile = defaultBrokerConfigFile, brokerFaults = false, onPlanned }: LocalSystemOverrides,
) {
  const credentials = loadOrCreateCredentials(options.dataDir);
  const { instances, amqpPort } = await allocate(options);
  onPlanned?.(instances, connectionString(amqpPort));
  const seedsFile = path.join(options.dataDir, 'account-seeds.json');
  writeFileSync(seedsFile, JSON.stringify(accountSeeds(credentials)), { mode: 0o600 });
  const specifications = specify(instances, {
    ...{ options, credentials, amqpPort, seedsFile, settings, brokerConfigFile, brokerFaults },
  });
  return { credentials, instances, amqpPort, specifications };
}

function prepared(specifications: readonly ProcessSpecification[], name: string): ProcessSpecification {
  const specification = specifications.find((one) => one.name === name);
  if (specification === undefined) throw new Error(`Nothing is known of ${name}.`);
  const { DATA_DIR } = specification.environment;
  if (DATA_DIR !== undefined) mkdirSync(DATA_DIR, { recursive: true });
  mkdirSync(path.dirname(specification.logFile), { recursive: true });
  return specification;
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
