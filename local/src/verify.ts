import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { defaults } from './arguments.ts';
import { readLocalInfo } from './local-info.ts';
import { verifySystem } from './verify/verify-system.ts';

const usage = `Usage: npm run verify -- [options]

  --data DIR        the data folder of the running system (${defaults.dataDir})
  --accepted FILE   ids of deliveries whose request was answered with 202, one a line
  --help            show this`;

try {
  const options = { data: { type: 'string' }, accepted: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ options });
  if (values.help === true) console.log(usage);
  else process.exitCode = await verify(path.resolve(values.data ?? defaults.dataDir), values.accepted);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function verify(dataDir: string, acceptedFile: string | undefined): Promise<number> {
  const accepted = acceptedFile === undefined ? [] : idsIn(acceptedFile);
  const { violations, seen } = await verifySystem(readLocalInfo(dataDir), accepted);
  for (const { invariant, ids, text } of violations) console.log(`${invariant}  ${ids.join(' ')}: ${text}`);
  const { deliveries, missions, drones, deadLetters, requestsWaiting } = seen;
  console.log(
    `${deliveries.length} deliveries, ${missions.length} missions, ${drones.length} drones, ${deadLetters.length} dead letters, ` +
      `${requestsWaiting} requests waiting: ${violations.length} violations of I1 to I7`,
  );
  return violations.length === 0 ? 0 : 1;
}

function idsIn(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}
