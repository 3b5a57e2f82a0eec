import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Problem } from '@dronedelivery/contracts';
import type { ApiAnswer, ApiClient } from '@dronedelivery/local/api-client';
import { eventually } from '@dronedelivery/testing';
import { validationRequest } from './deliveries.ts';
import type { TestSystem } from './test-system.ts';

/** Customers who go on whatever happens: they request deliveries, and look at them. */
export interface Traffic {
  /** When each delivery was accepted, epoch milliseconds. */
  readonly accepted: ReadonlyMap<string, number>;
  /** How often what was answered, such as `create 503 outcome-unknown` or `read none`. */
  readonly answers: ReadonlyMap<string, number>;
  /** How long the slowest refusal of a request took. */
  readonly slowestRefusalMs: number;
  /** Waits until so many more deliveries are accepted. */
  more(count: number): Promise<void>;
  /** Waits until customers get what they ask for, each kind of it: breakers between the services have closed again. */
  wellAgain(): Promise<void>;
  /** Ends it; throws what went wrong with it. */
  stop(): Promise<void>;
}

export interface TrafficOptions {
  /** Distinguishes the keys of its requests. */
  readonly name: string;
  readonly pauseMs?: number;
}

const answerLimitMs = 60_000;

export function startTraffic(running: TestSystem, options: TrafficOptions): Traffic {
  return new Customers(running, options);
}

class Customers implements Traffic {
  readonly #customer: ApiClient;
  readonly #options: TrafficOptions;
  readonly #work: Promise<unknown>;
  readonly accepted = new Map<string, number>();
  readonly answers = new Map<string, number>();
  slowestRefusalMs = 0;
  #isStopping = false;

  constructor({ customer }: TestSystem, options: TrafficOptions) {
    this.#customer = customer;
    this.#options = options;
    this.#work = Promise.all([this.#requestOn(), this.#readOn()]);
    this.#work.catch(() => undefined);
  }

  async more(count: number): Promise<void> {
    const enough = this.accepted.size + count;
    await eventually(() => this.accepted.size >= enough, { timeoutMs: answerLimitMs, what: 'accepted requests' });
  }

  async wellAgain(): Promise<void> {
    const before = new Map(this.answers);
    const isMore = (answer: string) => (this.answers.get(answer) ?? 0) > (before.get(answer) ?? 0);
    const areMore = () => ['create 202', 'read 200', 'invoice 200'].every(isMore);
    await eventually(areMore, { timeoutMs: answerLimitMs, what: 'answers of every kind' });
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#work;
  }

  /** Each request is repeated with its key until it is accepted. */
  async #requestOn(): Promise<void> {
    const { name, pauseMs = 300 } = this.#options;
    for (let n = 0; !this.#isStopping; n++) {
      const key = `${name}-${n}`;
      await eventually(() => this.#request(key), { timeoutMs: answerLimitMs, intervalMs: 100, what: key });
      await delay(pauseMs);
    }
  }

  async #request(key: string): Promise<boolean> {
    const body = validationRequest({ packageInfo: { size: 'Small', weight: 1 } });
    const beganAt = performance.now();
    const answer = await this.#ask('create', 'POST', '/v1/deliveryrequests', body, { 'idempotency-key': key });
    if (answer?.status === 202) this.accepted.set(answer.body?.deliveryId ?? '', Date.now());
    else if (answer !== undefined) this.slowestRefusalMs = Math.max(this.slowestRefusalMs, performance.now() - beganAt);
    return answer?.status === 202;
  }

  async #readOn(): Promise<void> {
    const now = new Date();
    const month = `year=${now.getUTCFullYear()}&month=${now.getUTCMonth() + 1}`;
    while (!this.#isStopping) {
      const id = [...this.accepted.keys()].at(-1);
      if (id !== undefined) await this.#ask('read', 'GET', `/v1/deliveries/${id}`);
      await this.#ask('invoice', 'GET', `/v1/invoices/myowner?${month}`);
      await delay(2 * (this.#options.pauseMs ?? 300));
    }
  }

  /** @returns undefined where there was no answer at all. */
  async #ask(what: string, method: string, path: string, body?: object, headers?: Record<string, string>) {
    const answer = await this.#customer.request<Said>(method, path, body, headers).catch(() => undefined);
    const code = String(answer?.body?.type ?? '')
      .split(':')
      .at(-1);
    this.#count(answer === undefined ? `${what} none` : `${what} ${answer.status} ${code}`.trimEnd());
    if (answer !== undefined && answer.status >= 500) this.#checkRefusal(answer);
    return answer;
  }

  #count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }

  /** Whoever is refused is told when to come again, and of what became of the request. */
  #checkRefusal({ status, headers, body }: ApiAnswer<Said>): void {
    const said = `${status} ${JSON.stringify(body)}`;
    const isPlain = headers.get('content-type')?.startsWith('application/problem+json') === true;
    const isComplete = status === 504 || headers.get('retry-after') !== null;
    // Where the connection to ingestion broke, twice, the edge cannot know the id: a retry with the same key tells it.
    const isOfEdge = body?.detail === 'the connection to ingestion broke';
    const isNamed = !body?.type?.endsWith(':outcome-unknown') || isOfEdge || body?.deliveryId !== undefined;
    if (!isPlain || !isComplete || !isNamed) this.#count(`incomplete ${said}`);
  }
}

/** What is looked at of an answer of any kind. */
type Said = Partial<Pick<Problem, 'type' | 'detail' | 'deliveryId'>> | undefined;

const ordinary = ['create 202', 'read 200', 'read 404 not-found', 'invoice 200'];

/** Nobody saw anything but what is usual, and what is allowed besides. */
export function assertAnswers({ answers }: Pick<Traffic, 'answers'>, allowed: readonly string[] = []): void {
  const strange = [...answers].filter(([answer]) => !ordinary.includes(answer) && !allowed.includes(answer));
  assert.deepEqual(strange, []);
}

/** What was answered since `before`, an earlier copy of the answers. */
export function answersSince({ answers }: Traffic, before: ReadonlyMap<string, number>): Pick<Traffic, 'answers'> {
  const counts = [...answers].map(([answer, count]) => [answer, count - (before.get(answer) ?? 0)] as const);
  return { answers: new Map(counts.filter(([, count]) => count > 0)) };
}
