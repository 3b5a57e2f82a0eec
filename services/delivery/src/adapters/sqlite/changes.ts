import type { Clock, Timer } from '@dronedelivery/service-kit/clock';
import { type Database, ForeignCommits } from '@dronedelivery/service-kit/sqlite';
import type { DeliveryChanges } from '../../app/ports.ts';
import type { DeliveryKey } from '../../domain/delivery.ts';
import { changeTopic } from './topics.ts';

interface VersionRow {
  readonly name: string;
  readonly version: string;
}

interface Watched {
  readonly key: DeliveryKey;
  readonly listeners: Set<() => void>;
  /** Of state and position when last looked at; undefined where there is no such delivery in flight. */
  version: string | undefined;
}

/** One query for all that is watched: a JSON array of [business, id] comes in. */
const versionsSql = `
  SELECT d.business_id || '/' || d.id AS name, d.version || '.' || coalesce(p.telemetry_sequence, 0) AS version
  FROM json_each(?) w
  JOIN in_flight d ON d.business_id = w.value ->> 0 AND d.id = w.value ->> 1
  LEFT JOIN position p ON p.business_id = d.business_id AND p.id = d.id`;

/**
 * Notices changes of watched deliveries by looking at most once an interval, and only if this process or another has
 * committed something since. Idle without watchers.
 */
export class SqliteDeliveryChanges implements DeliveryChanges, Disposable {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #watched = new Map<string, Watched>();
  readonly #foreign: ForeignCommits;
  readonly #unsubscribe: () => void;
  #timer: Timer | undefined;
  #hasOwnChange = false;

  constructor(database: Database, clock: Clock, intervalMs = 250) {
    this.#database = database;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#foreign = new ForeignCommits(database);
    this.#unsubscribe = database.onChange(changeTopic, () => {
      this.#hasOwnChange = true;
    });
  }

  watch(key: DeliveryKey, onChange: () => void): Disposable {
    const name = `${key.businessId}/${key.id}`;
    const watched = this.#watched.get(name) ?? this.#begin(name, key);
    watched.listeners.add(onChange);
    this.#timer ??= this.#clock.setTimer(() => this.#tick(), this.#intervalMs);
    return { [Symbol.dispose]: () => this.#unwatch(name, watched, onChange) };
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
    this.#timer?.cancel();
    this.#watched.clear();
  }

  #begin(name: string, key: DeliveryKey): Watched {
    const watched: Watched = { key, listeners: new Set(), version: this.#versions([key])[0]?.version };
    this.#watched.set(name, watched);
    return watched;
  }

  #unwatch(name: string, watched: Watched, onChange: () => void): void {
    watched.listeners.delete(onChange);
    if (watched.listeners.size === 0) this.#watched.delete(name);
  }

  #tick(): void {
    this.#timer = undefined;
    if (this.#watched.size === 0) return;
    try {
      if (this.#mayHaveChanged()) this.#look();
    } catch {
      // A file that is locked or full for a moment: whatever there is to see is seen at the next look.
      this.#hasOwnChange = true;
    }
    this.#timer = this.#clock.setTimer(() => this.#tick(), this.#intervalMs);
  }

  #mayHaveChanged(): boolean {
    const isChanged = this.#foreign.haveCome() || this.#hasOwnChange;
    this.#hasOwnChange = false;
    return isChanged;
  }

  #look(): void {
    const keys = [...this.#watched.values()].map(({ key }) => key);
    for (const { name, version } of this.#versions(keys)) {
      const watched = this.#watched.get(name);
      if (watched === undefined || watched.version === version) continue;
      watched.version = version;
      for (const listener of watched.listeners) listener();
    }
  }

  #versions(keys: readonly DeliveryKey[]): VersionRow[] {
    const names = JSON.stringify(keys.map(({ businessId, id }) => [businessId, id]));
    return this.#database.read((sql) => sql.all<VersionRow>(versionsSql, names));
  }
}
