import { copyFileSync, existsSync } from 'node:fs';
import { type LogSync, WalSync } from '../../src/storage/log-sync.ts';
import { SqliteStore } from '../../src/storage/sqlite-store.ts';
import { endlessReserve } from './endless-reserve.ts';
import { type LogMark, loseUnsynced, markLog } from './log-tail.ts';
import type { Random } from './random.ts';

const writes: ReadonlySet<PropertyKey> = new Set(
  'insert update rewrite remove advance remember forget writeSessionState commit'.split(' '),
);

export interface CrashPoint {
  /** Writes through to the real one. */
  readonly store: SqliteStore;
  readonly crashed: boolean;
  close(): void;
}

export interface Files {
  readonly file: string;
  readonly copy: string;
}

/**
 * A store that loses power before the given step, which is a write or the beginning or end of a sync: what is in its
 * files at this moment is kept in `copy`, some of what was not synced lost. Whatever happens afterwards happens to nobody.
 */
export function crashBefore(step: number, { file, copy }: Files, random: Random): CrashPoint {
  let left = step;
  let crashed = false;
  const log = `${file}-wal`;
  let synced: LogMark;
  const count = () => {
    if (crashed || left-- > 0) return;
    crashed = true;
    for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
    loseUnsynced(`${copy}-wal`, synced, random);
  };
  const openLog = () => {
    synced = markLog(log);
    return watchSync(new WalSync(file), log, count, (mark) => {
      synced = mark;
    });
  };
  const real = new SqliteStore(file, { openLog, openReserve: endlessReserve });
  return {
    store: watchWrites(real, count),
    get crashed() {
      return crashed;
    },
    close: () => real.close(),
  };
}

function watchSync(real: LogSync, log: string, count: () => void, onSynced: (mark: LogMark) => void): LogSync {
  let known = markLog(log);
  const look = () => {
    known = markLog(log, known);
    return known;
  };
  return {
    start(end) {
      count();
      const mark = look();
      real.start((error) => {
        onSynced(mark);
        count();
        end(error);
      });
    },
    now() {
      count();
      real.now();
      onSynced(look());
    },
    close: () => real.close(),
  };
}

function watchWrites(store: SqliteStore, count: () => void): SqliteStore {
  return new Proxy(store, {
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
}
