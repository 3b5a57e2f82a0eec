// Runs the test files of the named kinds (unit int e2e long; without names: all but long) and says what was skipped.
import { globSync } from 'node:fs';
import path from 'node:path';
import { type EventData, type RunOptions, run, type TestsStream } from 'node:test';
import { spec } from 'node:test/reporters';
import { inspect } from 'node:util';

const roots = '{packages,services,simulator,local,bench,test,scripts}';
const kinds = {
  unit: { suffix: '.test.ts', concurrency: 1, timeoutMs: 60_000 },
  int: { suffix: '.int.test.ts', concurrency: 2, timeoutMs: 180_000 },
  e2e: { suffix: '.e2e.test.ts', concurrency: 2, timeoutMs: 420_000 },
  long: { suffix: '.long.test.ts', concurrency: 1, timeoutMs: 3_600_000 },
} as const;
type Kind = keyof typeof kinds;
/** Parts of the paths of files, those that take longest last. */
const heavy = ['workflow/test/faults', 'abuse/', 'graceful-stop', 'races/', 'killed-processes'];

const names = process.argv.slice(2);
const chosen: Kind[] = names.length === 0 ? ['unit', 'int', 'e2e'] : names.map(kindNamed);
const totals = { passed: 0, failed: 0, skipped: 0 };
const skipped: string[] = [];
const failed: string[] = [];
const reasons: string[] = [];

for (const kind of chosen) await runKind(kind);
report();

function kindNamed(name: string): Kind {
  if (Object.hasOwn(kinds, name)) return name as Kind;
  throw new Error(`Unknown kind of test "${name}": expected ${Object.keys(kinds).join(', ')}.`);
}

async function runKind(kind: Kind): Promise<void> {
  const { concurrency, timeoutMs } = kinds[kind];
  const files = filesOf(kind);
  console.log(`\n${kind}: ${files.length} files`);
  if (files.length === 0) return;
  const stall = new AbortController();
  const stream = run({ ...whatRuns(kind, files), concurrency, timeout: timeoutMs, signal: stall.signal });
  cutOffStalled(stream, timeoutMs, stall);
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip === undefined || event.skip === false) totals.passed++;
    else noteSkipped(event.name, event.skip);
  });
  stream.on('test:fail', (event) => {
    if (event.details.type === 'suite') return;
    totals.failed++;
    failed.push(nameOf(event));
    // Once more at the end: a run prints more than anybody scrolls back, and a CI may keep its last lines only.
    reasons.push(`${event.name}\n${inspect(event.details.error.cause ?? event.details.error)}`);
  });
  const shown = stream.compose(new spec());
  for await (const line of shown) process.stdout.write(line);
}

/** Unit tests share one process: in one of its own each file would spend most of its time on loading the same modules again. */
function whatRuns(kind: Kind, files: string[]): RunOptions {
  return kind === 'unit' ? { files: [path.resolve('scripts/unit-tests.ts')], argv: files } : { files };
}

/** A test that waits is ended by its own process in time; one that never yields is not, and ends the run with it here. */
function cutOffStalled(stream: TestsStream, timeoutMs: number, stall: AbortController): void {
  const underWay = new Map<string, string>();
  const timer = setTimeout(() => stall.abort(), timeoutMs * 1.5);
  stream.on('test:dequeue', (event) => underWay.set(keyOf(event), nameOf(event)));
  stream.on('test:complete', (event) => underWay.delete(keyOf(event)));
  stream.on('data', () => timer.refresh());
  stream.on('end', () => {
    clearTimeout(timer);
    for (const name of underWay.values()) failed.push(`never ended: ${name}`);
  });
}

function keyOf({ name, file, line, nesting }: EventData.TestComplete | EventData.TestDequeue): string {
  return [file, line, nesting, name].join();
}

function nameOf({ name, file = '' }: { readonly name: string; readonly file?: string }): string {
  return `${name} (${path.relative(process.cwd(), file)})`;
}

/** A file belongs to the most specific kind: `x.int.test.ts` is no unit test. */
function filesOf(kind: Kind): string[] {
  const others = Object.values(kinds).filter((other) => other.suffix.length > kinds[kind].suffix.length);
  return globSync(`${roots}/**/*${kinds[kind].suffix}`, { exclude: (name) => name === 'node_modules' })
    .filter((file) => kind !== 'unit' || !others.some((other) => file.endsWith(other.suffix)))
    .map((file) => path.resolve(file))
    .sort(byWeight);
}

/** Those that take longest begin first, or one of two lanes would end long before the other: races and faults of a whole system. */
function byWeight(a: string, b: string): number {
  return weightOf(b) - weightOf(a) || a.localeCompare(b);
}

function weightOf(file: string): number {
  return heavy.findLastIndex((part) => file.includes(part));
}

function noteSkipped(name: string, reason: string | boolean): void {
  totals.skipped++;
  skipped.push(`${name}: ${typeof reason === 'string' ? reason : 'no reason given'}`);
}

function report(): void {
  for (const line of skipped) console.log(`skipped: ${line}`);
  for (const reason of reasons) console.log(`\n✖ ${reason}`);
  for (const line of failed) console.log(`failed: ${line}`);
  if (totals.passed + totals.failed === 0) failed.push('no test ran');
  process.exitCode = failed.length === 0 ? 0 : 1;
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
}
