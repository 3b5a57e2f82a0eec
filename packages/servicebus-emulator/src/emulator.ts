import type { SharedAccessKeys } from './amqp/authority.ts';
import { type AmqpLimits, defaultAmqpLimits } from './amqp/limits.ts';
import { listenAmqp } from './amqp/listener.ts';
import { createTokenSource } from './amqp/lock-token.ts';
import { Broker } from './broker/broker.ts';
import { parseConfig } from './config/parse-config.ts';
import { type Clock, systemClock } from './core/clock.ts';
import type { FaultControl, FaultDefinition } from './faults/fault.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import { type Faults, noFaults } from './faults/faults.ts';
import { createAdministrationApi } from './http/administration/api.ts';
import { reportStatus, type StatusReport } from './http/status.ts';
import { serveStatus } from './http/status-server.ts';
import { reading } from './storage/damage.ts';
import { SqliteStore } from './storage/sqlite-store.ts';

/** How to start an emulator; only `config` has to be given. */
export interface EmulatorOptions {
  /** Parsed JSON in the format of Config.json of Microsoft's emulator. */
  readonly config: unknown;
  /** The SQLite file, or `:memory:` (the default), which forgets everything. */
  readonly dataFile?: string;
  /** 0 (the default) picks a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Where `/health`, `/status` and the administration are served; 0 (the default) picks a free one. */
  readonly httpPort?: number;
  readonly clock?: Clock;
  /** By name. Without, every key and every token is accepted. */
  readonly sharedAccessKeys?: SharedAccessKeys;
  readonly limits?: Partial<AmqpLimits>;
  /** Enables faults on demand, and sets these to begin with. Without the list none can ever be set. */
  readonly faults?: readonly FaultDefinition[];
  /** Told when a connection is lost to bytes that are no AMQP, or to a fault of the broker itself. */
  readonly onConnectionFault?: (error: Error) => void;
  /** How large the data may become, its log apart. Sends are refused shortly before; settlements make room. */
  readonly storeBytesMax?: number;
  /** Told when sends begin to be refused for lack of room, with the reason, and, with undefined, when they are not any more. */
  readonly onRoom?: (reason: string | undefined) => void;
  /** Told when the disk has lost what it had taken: every change is refused from then on, until a new start reads what is left. */
  readonly onStorageBroken?: (error: Error) => void;
}

/** A running emulator. Disposing it closes all connections and makes everything durable. */
export interface Emulator extends AsyncDisposable {
  readonly port: number;
  /** For `new ServiceBusClient(…)`. */
  readonly connectionString: string;
  /** For `new ServiceBusAdministrationClient(…)`, which needs to be told to use HTTP without TLS. */
  readonly administrationConnectionString: string;
  readonly statusUrl: string;
  /** Present when faults on demand are enabled. */
  readonly faults: FaultControl | undefined;
  /** The same as `statusUrl` serves. */
  status(): StatusReport;
}

/**
 * Starts a broker that speaks AMQP 1.0 in the dialect of Azure Service Bus.
 * @throws ConfigError with every problem of the configuration
 * @throws Error that names the port when it is taken
 */
export async function startServiceBusEmulator(options: EmulatorOptions): Promise<Emulator> {
  const {
    host = '127.0.0.1',
    clock = systemClock,
    sharedAccessKeys: keys,
    onConnectionFault = () => undefined,
  } = options;
  const limits = { ...defaultAmqpLimits, ...options.limits };
  const definition = parseConfig(options.config);
  await using resources = new AsyncDisposableStack();
  const plan = options.faults && new FaultPlan(clock, options.faults);
  const faults = plan ?? noFaults;
  const beforeCommit = () => refuseFullDisk(faults);
  const opened = new SqliteStore(options.dataFile ?? ':memory:', {
    beforeCommit,
    bytesMax: options.storeBytesMax ?? Number.POSITIVE_INFINITY,
    nowMs: () => clock.nowMs(),
    onRoom: options.onRoom ?? (() => undefined),
    onBroken: options.onStorageBroken ?? (() => undefined),
  });
  const store = resources.adopt(opened, () => opened.close());
  const broker = reading(
    options.dataFile ?? ':memory:',
    () => new Broker(definition, store, clock, createTokenSource(), faults),
  );
  resources.defer(() => broker.stop());
  if (plan !== undefined) resources.use(plan);
  const amqp = resources.use(await listenAmqp({ broker, limits, keys, onConnectionFault }, host, options.port ?? 0));
  const status = () => reportStatus(broker.namespace, amqp.connections, store.room.isFull);
  const { administration } = broker;
  const api = createAdministrationApi({ administration, keys, nowMs: () => clock.nowMs() });
  const sources = { status, faults: plan, administration: api };
  const http = resources.use(await serveStatus(sources, host, options.httpPort ?? 0));
  const owned = resources.move();
  return {
    port: amqp.port,
    connectionString: connectionString(host, amqp.port, keys),
    administrationConnectionString: connectionString(host, http.port, keys),
    statusUrl: `http://${host}:${http.port}/status`,
    faults: plan,
    status,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function refuseFullDisk(faults: Faults): void {
  if (faults.strikes('disk-full', '*')) throw new Error('The disk is full on demand.');
}

function connectionString(host: string, port: number, keys: SharedAccessKeys): string {
  const [name, key] = Object.entries(keys ?? {})[0] ?? ['RootManageSharedAccessKey', 'SAS_KEY_VALUE'];
  return `Endpoint=sb://${host}:${port};SharedAccessKeyName=${name};SharedAccessKey=${key};UseDevelopmentEmulator=true;`;
}
