import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ApiClient } from '@dronedelivery/local/api-client';
import type { StartOptions } from '@dronedelivery/local/arguments';
import { type LocalSystem, type LocalSystemOverrides, startLocalSystem } from '@dronedelivery/local/system';
import { defaultBrokerConfigFile } from '@dronedelivery/local/topology';

export interface TestSystem extends AsyncDisposable {
  readonly system: LocalSystem;
  readonly dataDir: string;
  /** The demo business. */
  readonly customer: ApiClient;
  readonly operator: ApiClient;
  /** Stops all processes and starts them again on the same data. */
  restart(): Promise<void>;
}

export interface TestSystemOptions
  extends Partial<StartOptions>,
    Pick<LocalSystemOverrides, 'settings' | 'onPlanned' | 'brokerFaults'> {
  /** How long the broker locks a message for its receiver; as in production when absent. */
  readonly lockSeconds?: number;
}

/** A whole system of real processes on free ports and a folder of its own, gone after disposal. */
export async function startTestSystem({
  settings = {},
  onPlanned = () => undefined,
  lockSeconds,
  brokerFaults = false,
  ...overrides
}: TestSystemOptions = {}): Promise<TestSystem> {
  const dataDir = overrides.dataDir ?? mkdtempSync(path.join(tmpdir(), 'drone-delivery-'));
  const options: StartOptions = {
    dataDir,
    edgePort: 0,
    fresh: false,
    demo: false,
    replicas: {},
    drones: 12,
    seed: 42,
    timeScale: 60,
    logLevel: 'info',
    ...overrides,
  };
  const broker = lockSeconds === undefined ? {} : { brokerConfigFile: withLocksOf(lockSeconds, dataDir) };
  const start = () => startLocalSystem(options, { settings, onPlanned, brokerFaults, ...broker, tell: console.error });
  let system = await start();
  return {
    get system() {
      return system;
    },
    dataDir,
    get customer() {
      return new ApiClient(system.info.edgeUrl, system.info.demo);
    },
    get operator() {
      return new ApiClient(system.info.edgeUrl, system.info.operator);
    },
    async restart() {
      await system[Symbol.asyncDispose]();
      system = await start();
    },
    async [Symbol.asyncDispose]() {
      await system[Symbol.asyncDispose]();
      if (process.env.KEEP_TEST_DATA === undefined) rmSync(dataDir, { recursive: true, force: true });
      else console.error(`The data stays in ${dataDir}`);
    },
  };
}

/** The entities of production but for their locks, so that a test need not wait a minute for one to run out. */
function withLocksOf(seconds: number, dataDir: string): string {
  const file = path.join(dataDir, 'broker-config.json');
  const production = readFileSync(defaultBrokerConfigFile, 'utf8');
  writeFileSync(file, production.replaceAll(/"LockDuration": "[^"]+"/g, `"LockDuration": "PT${seconds}S"`));
  return file;
}
