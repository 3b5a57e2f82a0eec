import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from './api-client.ts';
import { demoRequest } from './demo-request.ts';
import type { LocalInfo } from './local-info.ts';

const pauseMs = 20_000;

/** Requests a delivery now and then, so that there is something to see. A failure is told once, not repeated. */
export function startTrickle(info: LocalInfo, tell: (message: string) => void): AsyncDisposable {
  const stopping = new AbortController();
  const client = new ApiClient(info.edgeUrl, info.demo);
  const running = (async () => {
    let failing = false;
    while (!stopping.signal.aborted) {
      const problem = await requestOne(client);
      if (problem !== undefined && !failing) tell(`The demo's delivery was not accepted: ${problem}`);
      failing = problem !== undefined;
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    [Symbol.asyncDispose]: () => {
      stopping.abort();
      return running;
    },
  };
}

async function requestOne(client: ApiClient): Promise<string | undefined> {
  try {
    const answer = await client.request('POST', '/v1/deliveryrequests', demoRequest(Date.now(), Math.random));
    return answer.status === 202 ? undefined : `${answer.status} ${JSON.stringify(answer.body)}`;
  } catch (error) {
    return (error as Error).message;
  }
}
