import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { percentiles } from './load.ts';
import { deliveryRequestBody } from './requests.ts';

export interface OpenLoad {
  readonly url: string;
  /** Of the businesses that ask in turn. */
  readonly tokens: readonly string[];
  readonly perSecond: number;
  readonly forMs: number;
  /** Of a client that waits for its answers; what would be more is not sent. */
  readonly inFlightMax: number;
}

export interface OpenLoadResult {
  /** When each delivery was accepted, epoch milliseconds. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly answers: Readonly<Record<string, number>>;
  readonly sentPerSecond: number;
  /** Refusals that did not say when to come again. */
  readonly withoutRetryAfter: number;
  readonly p99Ms: number;
}

const tickMs = 20;

/** Asks at a fixed rate, whatever is answered, as many independent clients do. */
export async function runOpenLoad(load: OpenLoad): Promise<OpenLoadResult> {
  const clients = new Clients(load);
  const startedAt = performance.now();
  let sent = 0;
  for (;;) {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs >= load.forMs) break;
    const due = Math.floor((elapsedMs * load.perSecond) / 1000);
    // What could not be sent in time is not made up for: it would come as a burst.
    for (let n = 0; n < due - sent; n++) clients.ask();
    sent = due;
    await delay(tickMs);
  }
  return clients.finish((performance.now() - startedAt) / 1000);
}

class Clients {
  readonly #load: OpenLoad;
  readonly #pool: Pool;
  readonly #accepted = new Map<string, number>();
  readonly #answers: Record<string, number> = {};
  readonly #latenciesMs: number[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #asked = 0;
  #withoutRetryAfter = 0;

  constructor(load: OpenLoad) {
    this.#load = load;
    this.#pool = new Pool(load.url, { connections: load.inFlightMax });
  }

  ask(): void {
    if (this.#underWay.size >= this.#load.inFlightMax) return;
    const asking = this.#ask(this.#asked++)
      .catch(() => this.#count('none'))
      .finally(() => this.#underWay.delete(asking));
    this.#underWay.add(asking);
  }

  async finish(seconds: number): Promise<OpenLoadResult> {
    await Promise.all(this.#underWay);
    await this.#pool.close();
    return {
      accepted: this.#accepted,
      answers: this.#answers,
      sentPerSecond: this.#asked / seconds,
      withoutRetryAfter: this.#withoutRetryAfter,
      p99Ms: percentiles(this.#latenciesMs).p99Ms,
    };
  }

  async #ask(n: number): Promise<void> {
    const { tokens } = this.#load;
    const startedAt = performance.now();
    const { statusCode, headers, body } = await this.#pool.request({
      method: 'POST',
      path: '/v1/deliveryrequests',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[n % tokens.length]}` },
      body: deliveryRequestBody(n),
    });
    const text = await body.text();
    this.#latenciesMs.push(performance.now() - startedAt);
    this.#count(String(statusCode));
    if (statusCode === 202) this.#accepted.set(JSON.parse(text).deliveryId, Date.now());
    else if (headers['retry-after'] === undefined) this.#withoutRetryAfter++;
  }

  #count(answer: string): void {
    this.#answers[answer] = (this.#answers[answer] ?? 0) + 1;
  }
}
