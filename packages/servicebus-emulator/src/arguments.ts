import { parseArgs } from 'node:util';
import type { EmulatorOptions } from './emulator.ts';
import { parseFaults } from './faults/parse-faults.ts';

const usage = `Usage: servicebus-emulator --config FILE [--data FILE] [--port N] [--http-port N] [--host H]
                           [--max-store-mb N] [--faults JSON]

  --config FILE   entities, in the format of Config.json of Microsoft's emulator
  --data FILE     SQLite file that holds the messages (default: in memory, gone at the end)
  --port N        AMQP (default 5672; 0 picks a free one)
  --http-port N   administration, /health and /status (default 5300; 0 picks a free one)
  --host H        address to listen on (default 127.0.0.1)
  --max-store-mb N  how large the data may become; sends are refused shortly before (default: no bound)
  --faults JSON   for tests: enables faults on demand and sets these to begin with, such as []
`;

type CommandLine = Required<Pick<EmulatorOptions, 'port' | 'httpPort' | 'host' | 'dataFile'>> &
  Pick<EmulatorOptions, 'faults' | 'storeBytesMax'> & { readonly configFile: string };

/** @throws Error with the usage when the command line cannot be understood */
export function parseArguments(argv: readonly string[]): CommandLine {
  const { values } = read(argv);
  const { config: configFile, data: dataFile, host } = values;
  if (configFile === undefined) throw new Error(`--config is missing.\n\n${usage}`);
  const [port, httpPort] = [portOf('--port', values.port), portOf('--http-port', values['http-port'])];
  return {
    configFile,
    dataFile,
    host,
    port,
    httpPort,
    ...(values['max-store-mb'] === undefined
      ? {}
      : { storeBytesMax: bytesOf('--max-store-mb', values['max-store-mb']) }),
    ...(values.faults === undefined ? {} : { faults: faultsOf(values.faults) }),
  };
}

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        data: { type: 'string', default: ':memory:' },
        port: { type: 'string', default: '5672' },
        'http-port': { type: 'string', default: '5300' },
        host: { type: 'string', default: '127.0.0.1' },
        'max-store-mb': { type: 'string' },
        faults: { type: 'string' },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function faultsOf(text: string) {
  try {
    return parseFaults(JSON.parse(text));
  } catch (error) {
    throw new Error(`--faults: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function bytesOf(option: string, text: string): number {
  const megabytes = Number(text);
  if (/^\d+$/.test(text) && megabytes > 0) return megabytes * 1024 * 1024;
  throw new Error(`${option}: expected a number of megabytes, got '${text}'.\n\n${usage}`);
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${option}: expected a port from 0 to 65535, got '${text}'.\n\n${usage}`);
}
