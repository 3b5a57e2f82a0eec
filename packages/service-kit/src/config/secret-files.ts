import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Where the secrets-store driver mounts what it fetched. */
export const secretsFolder = '/mnt/secrets-store';

type Outcome = { readonly text: string; readonly problem?: undefined } | { readonly problem: string };

/**
 * `NAME_FILE`'s file, else a mounted file called `NAME` or `name` with dashes (a key vault knows no underscores).
 * Undefined when there is neither.
 */
export function readSecret(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  secretsDir: string,
): Outcome | undefined {
  const named = env[`${name}_FILE`];
  if (named !== undefined && named !== '') return readNonEmpty(`${name}_FILE`, named);
  const mounted = [name, name.toLowerCase().replaceAll('_', '-')]
    .map((file) => path.join(secretsDir, file))
    .find((file) => existsSync(file));
  return mounted === undefined ? undefined : readNonEmpty(name, mounted);
}

function readNonEmpty(name: string, file: string): Outcome {
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? { problem: `${name}: the file ${file} is empty` } : { text };
  } catch (error) {
    return { problem: `${name}: the file ${file} cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
