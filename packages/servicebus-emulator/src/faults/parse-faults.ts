import { ConfigReader } from '../config/reader.ts';
import { type FaultDefinition, faultKinds } from './fault.ts';

const faultsMax = 100;
const day = 86_400_000;

/** Bounds of the numbers, both ends included. */
const ranges = {
  count: [1, 1_000_000_000],
  probability: [0, 1],
  seed: [0, 2 ** 32 - 1],
  durationMs: [1, day],
  delayMs: [0, day],
} as const;

type NumberName = keyof typeof ranges;

/** Lists every problem of a plan at once. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The faults cannot be set:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * Reads a list of faults from untrusted JSON.
 * @throws FaultPlanError
 */
export function parseFaults(value: unknown): FaultDefinition[] {
  const reader = new ConfigReader();
  const list = Array.isArray(value) ? value : undefined;
  if (list === undefined) reader.report('faults', 'expected a list');
  else if (list.length > faultsMax) reader.report('faults', `expected at most ${faultsMax}, got ${list.length}`);
  else {
    const faults = list.map((fault, index) => parseFault(reader, fault, `faults[${index}]`));
    if (reader.problems.length === 0) return faults;
  }
  throw new FaultPlanError(reader.problems);
}

function parseFault(reader: ConfigReader, value: unknown, path: string): FaultDefinition {
  const numbers = Object.keys(ranges) as NumberName[];
  const fields = reader.fields(value, path, ['kind', 'entity', ...numbers]);
  const kind = reader.oneOf(fields.kind ?? null, `${path}.kind`, faultKinds, 'hang');
  const entity = reader.text(fields.entity, `${path}.entity`);
  if (entity === undefined || entity === '') reader.report(`${path}.entity`, 'expected a name, or * for all');
  const given = numbers.filter((name) => fields[name] !== undefined);
  const entries = given.map((name) => [name, readNumber(reader, fields[name], `${path}.${name}`, name)] as const);
  const fault: FaultDefinition = { kind, entity: entity ?? '', ...Object.fromEntries(entries) };
  for (const problem of inconsistencies(fault)) reader.report(path, problem);
  return fault;
}

function readNumber(reader: ConfigReader, value: unknown, path: string, name: NumberName): number {
  const [least, most] = ranges[name];
  const isWhole = name === 'probability' || Number.isInteger(value);
  if (typeof value === 'number' && isWhole && value >= least && value <= most) return value;
  reader.report(path, `expected a ${name === 'probability' ? '' : 'whole '}number from ${least} to ${most}`);
  return least;
}

function* inconsistencies({ kind, entity, seed, probability, delayMs }: FaultDefinition): Generator<string> {
  if (kind === 'slow' && delayMs === undefined) yield 'slow needs delayMs';
  if (kind !== 'slow' && kind !== 'expire-lock' && delayMs !== undefined) yield `${kind} has no delayMs`;
  if (kind === 'disk-full' && entity !== '*') yield 'disk-full can only be for *: all entities share one file';
  if (seed !== undefined && probability === undefined) yield 'a seed is of no use without probability';
}
