import type { SeededRandom } from '@dronedelivery/testing';
import { oddCursors, oddKeys, oddMethods, oddQueries, oddSegments, oddValues } from './odd-values.ts';

export type Choose = <T>(values: readonly T[]) => T;

export function chooser(random: SeededRandom): Choose {
  return <T>(values: readonly T[]) => random.pick(values as readonly [T, ...T[]]);
}

type Container = Record<string, unknown> | unknown[];

/** One change somewhere in a JSON value: a part is missing, extra, doubled or something else. */
export function mutateValue(value: unknown, random: SeededRandom): unknown {
  const choose = chooser(random);
  const copy = structuredClone(value);
  const containers = containersIn(copy);
  if (containers.length === 0 || random() < 0.03) return choose(oddValues);
  const container = choose(containers);
  const key = choose([...Object.keys(container), choose(oddKeys)]);
  switch (choose(['replace', 'replace', 'replace', 'remove', 'add', 'double'] as const)) {
    case 'replace':
      define(container, key, choose(oddValues));
      break;
    case 'remove':
      if (Array.isArray(container)) container.splice(0, 1);
      else delete container[key];
      break;
    case 'add':
      if (Array.isArray(container)) container.push(choose(oddValues));
      else define(container, choose(oddKeys), choose(oddValues));
      break;
    case 'double':
      if (Array.isArray(container)) container.push(...container);
      else define(container, key, [container[key], container[key]]);
  }
  return copy;
}

/** By definition, since assigning to `__proto__` would set no key. */
function define(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}

function containersIn(value: unknown): Container[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containersIn)];
}

/** A text that stands where JSON was: cut, doubled, not JSON at all, or not even text. */
export function mutateText(text: string, random: SeededRandom): string | Buffer {
  const choose = chooser(random);
  const depth = random.integer(2, 20_000);
  const make: readonly (() => string | Buffer)[] = [
    () => text.slice(0, random.integer(0, text.length)),
    () => `${text},`,
    () => text + text,
    () => `\ufeff${text}`,
    () => `// ${text}`,
    () => text.replaceAll('"', "'"),
    () => text.replace('{', '{"k":1,"k":2,'),
    () => text.replace('{', '{"__proto__":{"polluted":true},'),
    () => text.replace('{', '{"constructor":{"prototype":{"polluted":true}},'),
    () => text.replace(/:-?\d+(\.\d+)?/, ':1e999'),
    () => text.replace(/:-?\d+(\.\d+)?/, ':NaN'),
    () => text.replace(/:-?\d+(\.\d+)?/, `:${'9'.repeat(400)}`),
    () => text.replace(/:-?\d+(\.\d+)?/, ':00'),
    () => text.replace(/"[^"]*"/, '"\\ud800"'),
    () => text.replace(/"[^"]*"/, '"\\x41"'),
    () => '['.repeat(depth) + ']'.repeat(depth),
    () => '{"a":'.repeat(depth),
    () => choose(['', ' ', 'null', '""', '[]', '{}', '0', 'true', 'NaN', 'undefined', '\u0000', '&=&=', 'a=1&a=2']),
    () => Buffer.from(text, 'utf16le'),
    () => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe, 0xc0, 0x80])]),
    () => flipped(text, random),
    () => JSON.stringify('x'.repeat(random() < 0.1 ? 1_200_000 : 30_000)),
  ];
  return choose(make)();
}

function flipped(text: string, random: SeededRandom): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 0) bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
  return bytes;
}

/** An odd id, query, path or method. */
export function mutateTarget(method: string, target: string, random: SeededRandom): { method: string; target: string } {
  const choose = chooser(random);
  const [path = '', query = ''] = target.split('?', 2);
  const segments = path.split('/');
  const cursor = Buffer.from(JSON.stringify(choose(oddCursors))).toString('base64url');
  const make: readonly (() => { method: string; target: string })[] = [
    () => ({ method, target: segments.with(random.integer(1, segments.length - 1), choose(oddSegments)).join('/') }),
    () => ({ method, target: segments.with(-1, choose(oddSegments)).join('/') }),
    () => ({ method, target: `${path}?${query}&${choose(oddQueries)}` }),
    () => ({ method, target: `${path}?${choose(oddQueries)}` }),
    () => ({ method, target: `${path}?${query === '' ? '' : `${query}&`}cursor=${cursor}` }),
    () => ({
      method,
      target: choose([`${path}/`, `/${path}`, path.toUpperCase(), path.replace('v1', 'v2'), `${path}.json`]),
    }),
    () => ({ method: choose(oddMethods), target }),
  ];
  return choose(make)();
}
