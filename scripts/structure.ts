// Holds the architecture together: dependencies point inwards, services never import each other, files stay small.
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

const linesMax = 400;
const root = path.resolve(import.meta.dirname, '..');

/** Pure packages and parts of service-kit that the inner layers may use. */
const pureImports = [
  /^@dronedelivery\/(contracts|geo)$/,
  /^@dronedelivery\/service-kit\/(app-error|clock|ids)$/,
] as const;

type Layer = 'domain' | 'app' | 'adapters' | 'events' | 'config' | 'service' | 'main';

const allowedLayers: Readonly<Record<Layer, readonly Layer[]>> = {
  domain: ['domain'],
  app: ['domain', 'app', 'events'],
  adapters: ['domain', 'app', 'adapters', 'events'],
  events: ['domain'],
  config: ['domain', 'config'],
  service: ['domain', 'app', 'adapters', 'events', 'config', 'service'],
  main: ['config', 'service'],
};

const problems: string[] = [];
const files = globSync('{packages,services,simulator,local,bench,test,scripts}/**/*.ts', {
  cwd: root,
  exclude: (name) => name === 'node_modules',
}).sort();
for (const file of files) checkFile(file);
for (const problem of problems) console.log(problem);
console.log(`${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function checkFile(file: string): void {
  const source = readFileSync(path.join(root, file), 'utf8');
  const lines = source.split('\n').length - 1;
  if (lines > linesMax) problems.push(`${file}: ${lines} lines, at most ${linesMax}`);
  for (const specifier of importsOf(file, source)) {
    const reason = isTest(file) ? testRule(file, specifier) : rule(file, specifier);
    if (reason !== undefined) problems.push(`${file}: imports ${specifier}: ${reason}`);
  }
}

function importsOf(file: string, source: string): string[] {
  const { module } = parseSync(file, source);
  const dynamic = module.dynamicImports.map(({ moduleRequest }) =>
    source.slice(moduleRequest.start, moduleRequest.end).replace(/^['"]|['"]$/g, ''),
  );
  const reexports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest === null ? [] : [moduleRequest.value])),
  );
  return [...module.staticImports.map(({ moduleRequest }) => moduleRequest.value), ...dynamic, ...reexports];
}

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || file.includes('/test/') || file.startsWith('test/');
}

/** The workspace that a file lies in, such as `services/delivery`. */
function workspaceOf(file: string): string {
  const parts = file.split('/');
  return parts[0] === 'packages' || parts[0] === 'services' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

function testRule(file: string, specifier: string): string | undefined {
  return crossesWorkspace(file, specifier);
}

function rule(file: string, specifier: string): string | undefined {
  return crossesWorkspace(file, specifier) ?? dependencyRule(file, specifier) ?? layerRule(file, specifier);
}

function crossesWorkspace(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(file), specifier);
  if (workspaceOf(target) !== workspaceOf(file)) return 'relative imports stay within their workspace';
  return existsSync(path.join(root, target)) ? undefined : 'there is no such file';
}

function dependencyRule(file: string, specifier: string): string | undefined {
  const package_ = /^@dronedelivery\/([^/]+)/.exec(specifier)?.[1];
  if (package_ === undefined) return undefined;
  if (existsSync(path.join(root, 'services', package_))) return 'nothing imports a service';
  if (package_ === 'testing') return 'only tests import it';
  const fromService = file.startsWith('services/');
  if (fromService && ['local', 'simulator', 'servicebus-emulator'].includes(package_)) return 'services do not know it';
  return undefined;
}

function layerOf(file: string): Layer | undefined {
  const match = /^(?:services\/[^/]+|simulator)\/src\/(.+)$/.exec(file)?.[1];
  if (match === undefined) return undefined;
  const [first = ''] = match.split('/');
  if (first === 'domain' || first === 'app' || first === 'adapters') return first;
  if (first === 'config.ts' || first === 'supervisor-config.ts') return 'config';
  if (first === 'events.ts') return 'events';
  return first.includes('main') ? 'main' : 'service';
}

function layerRule(file: string, specifier: string): string | undefined {
  const layer = layerOf(file);
  if (layer === undefined) return undefined;
  if (specifier.startsWith('.')) {
    const target = layerOf(path.posix.join(path.posix.dirname(file), specifier));
    if (target !== undefined && !allowedLayers[layer].includes(target)) return `${layer} does not import ${target}`;
    return undefined;
  }
  const pure = pureImports.some((pattern) => pattern.test(specifier));
  if ((layer === 'domain' || layer === 'app') && !pure) return `${layer} imports only pure packages`;
  return undefined;
}
