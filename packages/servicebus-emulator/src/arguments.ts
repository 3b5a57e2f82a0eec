import { parseArgs } from 'node:util';
import type { EmulatorOptions } from './emulator.ts';
import { parseFaults } from './faults/parse-faults.ts';

const usage = `Usage: servicebus-emulator --config FILE [--data FILE] [--port N] [--http-port N] [--host H]
                           [--max-store-mb N] [--max-message-kb N] [--faults JSON]

  --config FILE   entities, in the format of Config.json of Microsoft's emulator
  --data FILE     SQLite file that holds the messages (default: in memory, gone at the end)
  --port N        AMQP (default 5672; 0 picks a free one)
  --http-port N   administration, /health and /status (default 5300; 0 picks a free one)
  --host H        address to listen on (default 127.0.0.1)
  --max-store-mb N  how large the data may become; sends are refused shortly before (default: no bound)
  --max-message-kb N  of one message or batch (default 256; the premium tier has 102400)
  --faults JSON   for tests: enables faults on demand and sets these to begin with, such as []
`;

type CommandLine = Required<Pick<EmulatorOptions, 'port' | 'httpPort' | 'host' | 'dataFile'>> &
  Pick<EmulatorOptions, 'faults' | 'limits' | 'storeBytesMax'> & { readonly configFile: string };

/** @throws Error with the usage when the command line cannot be understood */
export function parseArguments(argv: readonly string[]): CommandLine {
  const { values } = read(argv);
  const { config: configFile, data: dataFile, host } = values;
  if (configFile === undefined) throw new Error(`--config is missing.\n\n${usage}`);
  const messageBytesMax = bytesOf('--max-message-kb', values['max-message-kb'], 'kilobytes', 1024);
  const storeBytesMax = bytesOf('--max-store-mb', values['max-store-mb'], 'megabytes', 1024 * 1024);
  const [port, httpPort] = [portOf('--port', values.port), portOf('--http-port', values['http-port'])];
  return {
    configFile,
    dataFile,
    host,
    port,
    httpPort,
    ...(storeBytesMax === undefined ? {} : { storeBytesMax }),
    ...(messageBytesMax === undefined ? {} : { limits: { messageBytesMax } }),
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
        'max-message-kb': { type: 'string' },
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

function bytesOf(option: string, text: string | undefined, units: string, unitBytes: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text) * unitBytes;
  throw new Error(`${option}: expected a number of ${units}, got '${text}'.\n\n${usage}`);
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${option}: expected a port from 0 to 65535, got '${text}'.\n\n${usage}`);
}
