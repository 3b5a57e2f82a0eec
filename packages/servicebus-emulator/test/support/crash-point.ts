import { copyFileSync, existsSync } from 'node:fs';
import type { SqliteStore } from '../../src/storage/sqlite-store.ts';

const writes: ReadonlySet<PropertyKey> = new Set(
  'insert update rewrite remove advance remember forget commit'.split(' '),
);

export interface CrashPoint {
  /** Writes through to the real one. */
  readonly store: SqliteStore;
  readonly crashed: boolean;
}

/**
 * A store that is killed before the given write: what is in its files at this moment is kept in `copy`, as a kill of
 * the process would leave it. Whatever happens afterwards happens to nobody.
 */
export function crashBefore(write: number, store: SqliteStore, file: string, copy: string): CrashPoint {
  let left = write;
  let crashed = false;
  const count = () => {
    if (crashed || left-- > 0) return;
    crashed = true;
    for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
  };
  const watched = new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (!writes.has(name)) return value.bind(target);
      return (...values: unknown[]) => {
        count();
        const result: unknown = value.apply(target, values);
        if (name === 'commit') count();
        return result;
      };
    },
  });
  return {
    store: watched,
    get crashed() {
      return crashed;
    },
  };
}
