import { parseDuration } from './duration.ts';

/** Reads untrusted JSON and collects every problem, each with the path of the value. */
export class ConfigReader {
  readonly problems: string[] = [];

  report(path: string, text: string): void {
    this.problems.push(`${path}: ${text}`);
  }

  reportRepeated(entities: readonly { readonly name: string }[], path: string): void {
    const seen = new Set<string>();
    for (const { name } of entities) {
      const key = name.toLowerCase();
      if (seen.has(key)) this.report(path, `the name '${name}' is used twice (letter case does not count)`);
      seen.add(key);
    }
  }

  /** The value's fields; those that are not `known` are problems. */
  fields(value: unknown, path: string, known: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.report(path, 'expected an object');
      return {};
    }
    for (const name of Object.keys(value)) {
      if (!known.includes(name)) this.report(`${path}.${name}`, `unknown; known are ${known.join(', ')}`);
    }
    return value as Record<string, unknown>;
  }

  list(value: unknown, path: string): unknown[] {
    if (Array.isArray(value)) return value;
    if (value !== undefined) this.report(path, 'expected a list');
    return [];
  }

  text(value: unknown, path: string): string | undefined {
    if (value === undefined || typeof value === 'string') return value;
    this.report(path, 'expected a string');
    return undefined;
  }

  flag(value: unknown, path: string, fallback: boolean): boolean {
    if (typeof value === 'boolean') return value;
    if (value !== undefined) this.report(path, 'expected true or false');
    return fallback;
  }

  integer(value: unknown, path: string, fallback: number, [least, most]: readonly [number, number]): number {
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.report(path, `expected a whole number from ${least} to ${most}`);
    return fallback;
  }

  oneOf<const T extends string>(value: unknown, path: string, choices: readonly T[], fallback: T): T {
    if (value === undefined) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.report(path, `expected one of ${choices.join(', ')}`);
    return found ?? fallback;
  }

  /** @param range in milliseconds, both ends included */
  durationMs(value: unknown, path: string, fallback: number, range: readonly [number, number]): number {
    if (value === undefined) return fallback;
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms === undefined) this.report(path, 'expected an ISO 8601 duration such as PT1H');
    else if (ms < range[0] || ms > range[1])
      this.report(path, `expected a duration from ${range[0]} ms to ${range[1]} ms`);
    else return ms;
    return fallback;
  }
}
