// The clients of an open load: takes what to do as a message, and answers with what came of it.
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { percentiles } from './load.ts';
import type { AcceptedDelivery, OpenLoad, OpenLoadResult } from './open-load.ts';
import { pin } from './process-usage.ts';
import { type RawAnswer, RawConnection } from './raw-connection.ts';
import { deliveryIdOf, deliveryRequest } from './requests.ts';

const tickMs = 5;
/** Made beforehand, and asked in turn. */
const requestsKept = 1000;

interface ReadyRequest {
  readonly token: string;
  readonly bytes: Buffer;
}

class Clients {
  readonly #url: URL;
  readonly #requests: readonly ReadyRequest[];
  readonly #inFlightMax: number;
  readonly #idle: RawConnection[] = [];
  readonly #accepted: AcceptedDelivery[] = [];
  readonly #answers: Record<string, number> = {};
  readonly #latenciesMs: number[] = [];
  #inFlight = 0;
  #asked = 0;
  #withoutRetryAfter = 0;

  constructor({ url, tokens, inFlightMax }: OpenLoad) {
    this.#url = new URL(url);
    this.#inFlightMax = inFlightMax;
    this.#requests = Array.from({ length: requestsKept }, (_, n) => {
      const token = tokens[n % tokens.length] ?? '';
      return { token, bytes: deliveryRequest(this.#url, token, n) };
    });
  }

  ask(): void {
    if (this.#inFlight >= this.#inFlightMax) return;
    const request = this.#requests[this.#asked++ % requestsKept];
    if (request === undefined) return;
    const connection = this.#connection();
    const startedAt = performance.now();
    this.#inFlight++;
    connection.ask(request.bytes, (answer) => {
      this.#inFlight--;
      if (!connection.isClosed) this.#idle.push(connection);
      this.#note(answer, performance.now() - startedAt, request.token);
    });
  }

  async finish(seconds: number): Promise<OpenLoadResult> {
    while (this.#inFlight > 0) await delay(tickMs);
    for (const connection of this.#idle) connection.close();
    return {
      accepted: this.#accepted,
      answers: this.#answers,
      sentPerSecond: this.#asked / seconds,
      withoutRetryAfter: this.#withoutRetryAfter,
      p99Ms: percentiles(this.#latenciesMs).p99Ms,
    };
  }

  #connection(): RawConnection {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (!idle.isClosed) return idle;
    return new RawConnection(this.#url);
  }

  #note(answer: RawAnswer | undefined, latencyMs: number, token: string): void {
    this.#latenciesMs.push(latencyMs);
    const status = String(answer?.status ?? 'none');
    this.#answers[status] = (this.#answers[status] ?? 0) + 1;
    if (answer === undefined) return;
    const id = deliveryIdOf(answer);
    if (answer.status === 202 && id !== undefined) this.#accepted.push({ id, token });
    else if (answer.header('retry-after') === undefined) this.#withoutRetryAfter++;
  }
}

async function run(load: OpenLoad): Promise<OpenLoadResult> {
  if (load.processor !== undefined) pin(process.pid, load.processor);
  const clients = new Clients(load);
  const startedAt = performance.now();
  let due = 0;
  for (let elapsedMs = 0; elapsedMs < load.forMs; elapsedMs = performance.now() - startedAt) {
    const next = Math.floor((elapsedMs * load.perSecond) / 1000);
    // What could not be sent in time is not made up for: it would come as a burst.
    for (; due < next; due++) clients.ask();
    await delay(tickMs);
  }
  return clients.finish((performance.now() - startedAt) / 1000);
}

const [load] = (await once(process, 'message')) as [OpenLoad];
process.send?.(await run(load));
