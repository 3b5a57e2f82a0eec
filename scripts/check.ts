// Format, lint, types, structure, unused code, unit tests: what a change must pass before it lands.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const fix = process.argv.includes('--fix');
const bin = (name: string) =>
  path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

const colors = process.stdout.isTTY ? '--colors=force' : '--colors=off';

const steps: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format and lint', command: [bin('biome'), ...(fix ? ['check', '--write'] : ['ci']), colors] },
  { name: 'types', command: [bin('tsc'), '--noEmit', '-p', root] },
  { name: 'structure', command: [process.execPath, path.join(root, 'scripts/structure.ts')] },
  { name: 'unused files, exports and dependencies', command: [bin('knip')] },
  { name: 'unit tests', command: [process.execPath, path.join(root, 'scripts/test.ts'), 'unit'] },
];

const failures: string[] = [];
for (const { name, command } of steps) {
  const [program = '', ...args] = command;
  const startedAt = performance.now();
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${result.status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (result.status !== 0) {
    failures.push(name);
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`);
  }
}
if (failures.length > 0)
  console.log(`\nFailed: ${failures.join(', ')}. \`npm run fix\` mends format and what lint can mend.`);
process.exitCode = failures.length === 0 ? 0 : 1;
