import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient, Page } from '../api-client.ts';

const attemptsMax = 20;
const pauseMs = 500;
const pageLimit = 200;
const concurrency = 12;
const passingStatuses = [429, 502, 503, 504];

/** Reads as one client of the public API; waits where it is told to. */
export class Reader {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** @throws Error when there is no lasting answer. */
  async answer(path: string): Promise<ApiAnswer> {
    let last: unknown;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      try {
        const answer = await this.#client.request('GET', path);
        if (!passingStatuses.includes(answer.status)) return answer;
        last = answer.status;
        await delay(Number(answer.headers.get('retry-after') ?? 0) * 1000 || pauseMs);
      } catch (error) {
        last = (error as Error).message;
        await delay(pauseMs);
      }
    }
    throw new Error(`GET ${path} had no answer in ${attemptsMax} attempts; last: ${last}`);
  }

  /** All items of a list; none where what it belongs to is gone. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const query = `limit=${pageLimit}${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const { status, body } = await this.answer(`${path}${path.includes('?') ? '&' : '?'}${query}`);
      if (status === 404) return items;
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
      const page = body as Page<T>;
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return items;
  }
}

/** Like `Promise.all` of a map, with a bound on what runs at once. */
export async function mapBounded<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const work = async () => {
    for (const [index, item] of entries) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}
