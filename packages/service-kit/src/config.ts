import { readSecret, secretsFolder } from './config/secret-files.ts';
import type { Setting } from './config/setting.ts';

export {
  boolean,
  integer,
  milliseconds,
  number,
  oneOf,
  port,
  secret,
  text,
  url,
  urlList,
} from './config/kinds.ts';
export { Setting } from './config/setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A service's settings as data: environment variable → what it may hold. */
export type SettingsDeclaration = Readonly<Record<string, Setting<unknown>>>;

/** `DATA_DIR` → `dataDir`. */
type CamelCase<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<CamelCase<Tail>>}`
  : Lowercase<S>;

/** What `readSettings` gives for a declaration: the same names in camelCase, parsed and readonly. */
export type SettingsOf<D extends SettingsDeclaration> = {
  readonly [K in keyof D & string as CamelCase<K>]: D[K] extends Setting<infer T> ? T : never;
};

/** All problems of an environment; the message has one line for each. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The configuration is not valid:', ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/** A condition over several settings, told by which of them are set: a problem, or undefined. */
export type SettingsRule = (isSet: (name: string) => boolean) => string | undefined;

/** Of these settings exactly one must be set. */
export function exactlyOneOf(...names: readonly string[]): SettingsRule {
  return (isSet) =>
    names.filter(isSet).length === 1 ? undefined : `${names.join(', ')}: exactly one of them must be set`;
}

export interface ReadOptions {
  readonly rules?: readonly SettingsRule[];
  /** Folder of mounted secrets; `/mnt/secrets-store` when absent. */
  readonly secretsDir?: string;
}

/**
 * Reads every declared setting. An empty variable counts as not set.
 * @throws ConfigurationError that lists every bad or missing setting at once; it never shows a secret's value.
 */
export function readSettings<D extends SettingsDeclaration>(
  env: Environment,
  declaration: D,
  { rules = [], secretsDir = secretsFolder }: ReadOptions = {},
): SettingsOf<D> {
  const problems: string[] = [];
  const present = new Set<string>();
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(declaration)) {
    const found = textOf(env, name, setting, secretsDir, problems);
    if (found !== undefined) present.add(name);
    if (found !== 'unreadable') settings[camelCase(name)] = parsedValue(name, setting, found?.text, problems);
  }
  for (const rule of rules) {
    const problem = rule((name) => present.has(name));
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return Object.freeze(settings) as SettingsOf<D>;
}

function textOf(
  env: Environment,
  name: string,
  setting: Setting<unknown>,
  secretsDir: string,
  problems: string[],
): { readonly text: string } | 'unreadable' | undefined {
  const direct = env[name]?.trim();
  if (direct !== undefined && direct !== '') return { text: direct };
  if (!setting.isSecret) return undefined;
  const outcome = readSecret(env, name, secretsDir);
  if (outcome?.problem !== undefined) {
    problems.push(outcome.problem);
    return 'unreadable';
  }
  return outcome === undefined ? undefined : { text: outcome.text };
}

function parsedValue(name: string, setting: Setting<unknown>, found: string | undefined, problems: string[]): unknown {
  if (found === undefined) {
    if (setting.isRequired) problems.push(`${name}: is missing; expected ${setting.expected}`);
    return setting.fallback;
  }
  const value = setting.parse(found);
  if (value !== undefined) return value;
  const shown = setting.isSecret ? 'its value' : JSON.stringify(found.slice(0, 100));
  problems.push(`${name}: ${shown} is not ${setting.expected}`);
  return undefined;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
