import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ReplicableService, StartOptions } from './arguments.ts';
import type { LocalCredentials } from './credentials.ts';
import type { ProcessSpecification } from './supervised-process.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const host = '127.0.0.1';
/** Entities of the broker as production has them. */
export const defaultBrokerConfigFile = path.join(root, 'local/config/broker.json');
const telemetryBootstrap = import.meta.resolve('@dronedelivery/service-kit/telemetry-bootstrap');

/** In the order of starting; they are stopped the other way round. */
export const components = [
  'broker',
  'account',
  'package',
  'delivery',
  'drone-scheduler',
  'supervisor',
  'workflow',
  'ingestion',
  'portal',
  'edge',
  'simulator',
] as const;
export type Component = (typeof components)[number];

const entries: Readonly<Record<Component, string>> = {
  broker: 'packages/servicebus-emulator/src/main.ts',
  account: 'services/account/src/main.ts',
  package: 'services/package/src/main.ts',
  delivery: 'services/delivery/src/main.ts',
  'drone-scheduler': 'services/drone-scheduler/src/main.ts',
  supervisor: 'services/workflow/src/supervisor-main.ts',
  workflow: 'services/workflow/src/main.ts',
  ingestion: 'services/ingestion/src/main.ts',
  portal: 'services/portal/src/main.ts',
  edge: 'local/src/edge/main.ts',
  simulator: 'simulator/src/main.ts',
};

export interface Instance {
  readonly component: Component;
  /** Such as `workflow`, and `workflow-2` for a second replica. */
  readonly name: string;
  readonly url: string;
  readonly port: number;
}

export interface Addresses {
  readonly edgePort: number;
  /** One port for each instance but the edge. */
  readonly ports: readonly number[];
}

export function replicaCount(component: Component, replicas: StartOptions['replicas']): number {
  return replicas[component as ReplicableService] ?? 1;
}

export function instancesOf(replicas: StartOptions['replicas'], addresses: Addresses): Instance[] {
  const ports = [...addresses.ports];
  return components.flatMap((component) =>
    Array.from({ length: replicaCount(component, replicas) }, (_, index) => {
      const port = component === 'edge' ? addresses.edgePort : (ports.shift() ?? 0);
      const name = index === 0 ? component : `${component}-${index + 1}`;
      return { component, name, port, url: `http://${host}:${port}` };
    }),
  );
}

export type ComponentSettings = Readonly<Partial<Record<Component, Readonly<Record<string, string>>>>>;

export interface Surroundings {
  readonly options: StartOptions;
  readonly credentials: LocalCredentials;
  readonly amqpPort: number;
  readonly seedsFile: string;
  readonly settings: ComponentSettings;
  readonly brokerConfigFile: string;
  readonly brokerFaults: boolean;
}

/** What to run, with which settings, for every instance. */
export function specify(instances: readonly Instance[], surroundings: Surroundings): ProcessSpecification[] {
  const shared = sharedEnvironment(instances, surroundings);
  const { dataDir } = surroundings.options;
  return instances.map((instance) => ({
    name: instance.name,
    entry: path.join(root, entries[instance.component]),
    arguments: instance.component === 'broker' ? brokerArguments(instance, surroundings) : [],
    nodeArguments: nodeArguments(),
    environment: {
      ...shared,
      ...ownEnvironment(instance.component, surroundings),
      ...surroundings.settings[instance.component],
      PORT: String(instance.port),
      DATA_DIR: path.join(dataDir, instance.component),
    },
    logFile: path.join(dataDir, 'logs', `${instance.name}.log`),
  }));
}

function nodeArguments(): string[] {
  // A young generation that has room for a burst (V8 grows it only then, and each process gives back what its start has
  // taken), collected by one thread: with as few cores as here its helpers cost more than they save. What has grown old is
  // collected once it has doubled: left to itself V8 waits until buffers of 64 MB have died with it.
  const youngGeneration = ['--max-semi-space-size=16', '--no-parallel-scavenge'];
  const memory = [...youngGeneration, '--heap-growing-percent=100', '--expose-gc'];
  // Spans cost memory and a second of start-up, so only where somebody collects them.
  const telemetry = process.env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? [] : ['--import', telemetryBootstrap];
  return [...memory, ...telemetry];
}

function sharedEnvironment(
  instances: readonly Instance[],
  { options, amqpPort }: Surroundings,
): Record<string, string> {
  const urls = (component: Component) =>
    instances
      .filter((instance) => instance.component === component)
      .map((instance) => instance.url)
      .join(',');
  const environment: Record<string, string> = {
    HOST: host,
    // Stripping types needs a parser in WebAssembly in every process; with the stripped code cached none is loaded.
    NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/node-compile'),
    // glibc keeps a heap for each thread otherwise, and what start-up has freed in it: some 5 MB a process at rest.
    MALLOC_ARENA_MAX: '1',
    MALLOC_TRIM_THRESHOLD_: '1048576',
    LOG_LEVEL: options.logLevel,
    TIME_SCALE: String(options.timeScale),
    TOKEN_ISSUER: urls('account'),
    JWKS_URL: `${urls('account')}/.well-known/jwks.json`,
    TOKEN_URL: `${urls('account')}/v1/oauth/token`,
    SERVICEBUS_CONNECTION_STRING: connectionString(amqpPort),
  };
  for (const component of components)
    environment[`${component.toUpperCase().replaceAll('-', '_')}_URL`] = urls(component);
  return environment;
}

export function connectionString(amqpPort: number): string {
  const key = 'SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE';
  return `Endpoint=sb://${host}:${amqpPort};${key};UseDevelopmentEmulator=true;`;
}

function brokerArguments(instance: Instance, surroundings: Surroundings): string[] {
  const { options, amqpPort, brokerConfigFile, brokerFaults } = surroundings;
  return [
    ...['--config', brokerConfigFile],
    ...['--data', path.join(options.dataDir, 'broker', 'broker.db')],
    ...['--host', host, '--port', String(amqpPort), '--http-port', String(instance.port)],
    ...(brokerFaults ? ['--faults', '[]'] : []),
  ];
}

function ownEnvironment(component: Component, surroundings: Surroundings): Record<string, string> {
  const { credentials, options, seedsFile } = surroundings;
  const client = component === 'simulator' ? credentials.drones : credentials.services[component];
  const login: Record<string, string> =
    client === undefined ? {} : { CLIENT_ID: client.clientId, CLIENT_SECRET: client.clientSecret };
  switch (component) {
    case 'account':
      return { SEED_CLIENTS_FILE: seedsFile, ACTIVATE_AT_ONCE: 'true' };
    case 'simulator':
      return { ...login, DRONES: String(options.drones), SEED: String(options.seed) };
    default:
      return login;
  }
}
