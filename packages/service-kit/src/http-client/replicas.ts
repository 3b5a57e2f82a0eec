import { Pool } from 'undici';
import type { Clock } from '../clock.ts';

/** One address of a service with its connections. */
export interface Replica {
  readonly url: string;
  readonly pool: Pool;
}

export interface ReplicasOptions {
  readonly baseUrls: readonly string[];
  readonly connectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
}

/** Shorter than the servers' own, so that we never write to a connection that the other side is closing. */
const keepAliveMs = 20_000;
const avoidedMs = 1000;

/** The replicas of one service in turn; one that refused a connection comes last for a moment. */
export class Replicas implements AsyncDisposable {
  readonly #replicas: readonly Replica[];
  readonly #avoidedUntilMs = new Map<Replica, number>();
  readonly #clock: Clock;
  #next = 0;

  constructor({ baseUrls, connectionsMax, connectTimeoutMs, clock }: ReplicasOptions) {
    if (baseUrls.length === 0) throw new RangeError('A service client needs at least one base URL');
    this.#clock = clock;
    this.#replicas = baseUrls.map((url) => ({
      url,
      pool: new Pool(new URL(url).origin, {
        connections: connectionsMax,
        connect: { timeout: connectTimeoutMs },
        keepAliveTimeout: keepAliveMs,
        keepAliveMaxTimeout: keepAliveMs,
        // The attempt's own timer bounds the whole exchange.
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
    }));
  }

  /** All of them, in the order in which to try. */
  inOrder(): readonly Replica[] {
    const all = this.#replicas;
    if (all.length === 1) return all;
    const first = this.#next++ % all.length;
    const rotated = [...all.slice(first), ...all.slice(0, first)];
    if (this.#avoidedUntilMs.size === 0) return rotated;
    const now = this.#clock.now();
    const isAvoided = (replica: Replica) => (this.#avoidedUntilMs.get(replica) ?? 0) > now;
    return [...rotated.filter((one) => !isAvoided(one)), ...rotated.filter(isAvoided)];
  }

  avoid(replica: Replica): void {
    this.#avoidedUntilMs.set(replica, this.#clock.now() + avoidedMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#replicas.map(({ pool }) => pool.destroy()));
  }
}
