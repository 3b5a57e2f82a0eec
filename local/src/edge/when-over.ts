import type { ServerResponse } from 'node:http';

const waiting = new WeakMap<ServerResponse, (() => void)[]>();

/** Calls back when an answer is finished or given up. One listener for all of them: Node warns of many. */
export function whenOver(response: ServerResponse, release: () => void): void {
  const releases = waiting.get(response);
  if (releases !== undefined) return void releases.push(release);
  const first = [release];
  waiting.set(response, first);
  response.once('close', () => {
    for (const one of first) one();
  });
}
