import { once } from 'node:events';
import { parseStartArguments, type StartOptions, UsageError, usage } from './arguments.ts';
import { AlreadyRunningError } from './instance-lock.ts';
import { localInfoFile } from './local-info.ts';
import { PortInUseError } from './ports.ts';
import { type LocalSystem, startLocalSystem } from './system.ts';
import { startTrickle } from './trickle.ts';

// A terminal's Ctrl-C arrives from the terminal and once more from the bootstrap: the second one must not count.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const told = new AbortController();
for (const signal of signals) process.on(signal, () => told.abort());

try {
  const options = parseStartArguments(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else await run(options);
} catch (error) {
  const expected =
    error instanceof UsageError || error instanceof AlreadyRunningError || error instanceof PortInUseError;
  console.error(expected ? error.message : error);
  if (error instanceof UsageError) console.error(`\n${usage}`);
  process.exitCode = 1;
}

async function run(options: StartOptions): Promise<void> {
  const startedAt = performance.now();
  console.log('Starting …');
  await using resources = new AsyncDisposableStack();
  const { signal } = told;
  const system = await startLocalSystem(options, { tell: console.error, signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (system === undefined) return;
  resources.use(system);
  print(system, options, performance.now() - startedAt);
  if (options.demo) resources.use(startTrickle(system.info, console.error));
  if (!signal.aborted) await once(signal, 'abort');
  console.log('\nStopping …');
}

function print({ info }: LocalSystem, options: StartOptions, tookMs: number): void {
  const rows = Object.entries(info.services);
  const width = Math.max(...rows.map(([name]) => name.length));
  console.log(`Ready in ${(tookMs / 1000).toFixed(1)} s.\n`);
  for (const [name, { url, pid }] of rows) console.log(`  ${name.padEnd(width)}  ${url}  pid ${pid}`);
  console.log(`\n  Demo business ${info.demo.businessId}, owner ${info.demo.ownerId}`);
  console.log(`  client id     ${info.demo.clientId}\n  client secret ${info.demo.clientSecret}`);
  console.log(`  Logs in ${options.dataDir}/logs, all of this for scripts in ${localInfoFile(options.dataDir)}`);
  console.log(`\nRequest a delivery:\n\n${curlLine(info)}\n`);
  console.log('Or follow one in the terminal: npm run demo. Ctrl-C stops everything.');
}

function curlLine({ edgeUrl, demo }: LocalSystem['info']): string {
  const login = `curl -s ${edgeUrl}/v1/oauth/token -d grant_type=client_credentials -d client_id=${demo.clientId} -d client_secret=${demo.clientSecret}`;
  const token = `$(${login} | node -pe 'JSON.parse(require("fs").readFileSync(0)).access_token')`;
  const body = {
    pickupLocation: '47.6097,-122.3331',
    dropOffLocation: '47.6205,-122.3493',
    pickupTime: new Date().toISOString(),
    expedited: true,
    confirmationRequired: 'None',
    packageInfo: { size: 'Small', weight: 2 },
  };
  return `curl -s ${edgeUrl}/v1/deliveryrequests -H "Authorization: Bearer ${token}" -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
}
