import path from 'node:path';
import { parseArgs } from 'node:util';

/** Services that may run as several processes on one data folder. */
export const replicableServices = [
  'ingestion',
  'workflow',
  'package',
  'delivery',
  'drone-scheduler',
  'portal',
] as const;
export type ReplicableService = (typeof replicableServices)[number];

export interface StartOptions {
  readonly dataDir: string;
  /** Port of the edge; 0 picks free ports for everything. */
  readonly edgePort: number;
  readonly fresh: boolean;
  readonly demo: boolean;
  readonly replicas: Readonly<Partial<Record<ReplicableService, number>>>;
  readonly drones: number;
  readonly seed: number;
  readonly timeScale: number;
  readonly logLevel: string;
}

export const defaults = { dataDir: '.data', edgePort: 8080, drones: 20, seed: 1, timeScale: 10 } as const;
const replicasMax = 8;
const dronesMax = 10_000;
const timeScaleMax = 1000;

export const usage = `Usage: npm start -- [options]

  --data DIR            keep the data there (${defaults.dataDir})
  --fresh               begin with empty data
  --port N              port of the edge (${defaults.edgePort}); 0 picks free ports for everything
  --no-demo             do not request a delivery now and then
  --drones N            drones of the simulated fleet (${defaults.drones})
  --seed S              seed of the simulated fleet (${defaults.seed})
  --time-scale X        fly, load and charge X times as fast (${defaults.timeScale})
  --replicas A=N,B=M    run services as several processes: ${replicableServices.join(', ')}
  --log-level LEVEL     trace, debug, info, warn or error (info)
  --help                show this`;

/** A mistake on the command line; the message lists every one. */
export class UsageError extends Error {}

/**
 * @returns the options, or `help` when they were asked for.
 * @throws UsageError naming every wrong option and what was expected.
 */
export function parseStartArguments(argv: readonly string[]): StartOptions | 'help' {
  const values = parse(argv);
  if (values.help === true) return 'help';
  const problems: string[] = [];
  const number = (name: string, text: string | undefined, fallback: number, min: number, max: number, whole = true) => {
    if (text === undefined) return fallback;
    const value = Number(text);
    const fits = text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (!fits)
      problems.push(`--${name} ${text}: expected ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}`);
    return value;
  };
  const logLevel = values['log-level'] ?? 'info';
  if (!['trace', 'debug', 'info', 'warn', 'error'].includes(logLevel))
    problems.push(`--log-level ${logLevel}: unknown`);
  const options: StartOptions = {
    dataDir: path.resolve(values.data ?? defaults.dataDir),
    edgePort: number('port', values.port, defaults.edgePort, 0, 65_535),
    fresh: values.fresh ?? false,
    demo: !(values['no-demo'] ?? false),
    replicas: parseReplicas(values.replicas, problems),
    drones: number('drones', values.drones, defaults.drones, 0, dronesMax),
    seed: number('seed', values.seed, defaults.seed, 0, Number.MAX_SAFE_INTEGER),
    timeScale: number('time-scale', values['time-scale'], defaults.timeScale, 1, timeScaleMax, false),
    logLevel,
  };
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return options;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        data: { type: 'string' },
        fresh: { type: 'boolean' },
        port: { type: 'string' },
        'no-demo': { type: 'boolean' },
        drones: { type: 'string' },
        seed: { type: 'string' },
        'time-scale': { type: 'string' },
        replicas: { type: 'string' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseReplicas(text: string | undefined, problems: string[]): StartOptions['replicas'] {
  const replicas: Partial<Record<ReplicableService, number>> = {};
  for (const part of (text ?? '').split(',').filter((piece) => piece !== '')) {
    const [name = '', count = ''] = part.split('=');
    const service = replicableServices.find((known) => known === name);
    if (service === undefined) {
      problems.push(`--replicas ${part}: expected one of ${replicableServices.join(', ')}`);
    } else if (!/^\d+$/.test(count) || Number(count) < 1 || Number(count) > replicasMax) {
      problems.push(`--replicas ${part}: expected ${name}=N with N from 1 to ${replicasMax}`);
    } else {
      replicas[service] = Number(count);
    }
  }
  return replicas;
}
