/*
 * Makes the package that others install. Node strips no types below a node_modules, so what is published is JavaScript:
 * the sources, compiled, with a package.json of their own. In the repository everything keeps running from source.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname, '..');

const { values } = parseArgs({ options: { destination: { type: 'string', default: path.join(root, 'dist') } } });

mkdirSync(values.destination, { recursive: true });
const staged = mkdtempSync(path.join(tmpdir(), 'servicebus-emulator-package-'));
try {
  compile();
  describe();
  copyFileSync(path.join(root, 'README.md'), path.join(staged, 'README.md'));
  copyFileSync(path.resolve(root, '../../LICENSE'), path.join(staged, 'LICENSE'));
  execFileSync('npm', ['pack', staged, '--silent', '--pack-destination', values.destination], { stdio: 'inherit' });
} finally {
  rmSync(staged, { recursive: true, force: true });
}

function compile(): void {
  const require = createRequire(import.meta.url);
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const project = path.join(root, 'tsconfig.build.json');
  const output = path.join(staged, 'dist');
  execFileSync(process.execPath, [compiler, '-p', project, '--outDir', output], { stdio: 'inherit' });
}

function describe(): void {
  const { name, version, license, description, type, dependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const published = {
    ...{ name, version, license, description, type, dependencies },
    engines: { node: '>=24' },
    // The declarations speak of Node's own types; whoever writes no TypeScript needs none of them.
    peerDependencies: { '@types/node': '>=24' },
    peerDependenciesMeta: { '@types/node': { optional: true } },
    files: ['dist'],
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    bin: { 'servicebus-emulator': './dist/main.js' },
  };
  writeFileSync(path.join(staged, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}
