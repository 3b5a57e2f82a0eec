import { setTimeout as delay } from 'node:timers/promises';
import { queues, subscriptions, topics } from '@dronedelivery/contracts';

const handledLimitMs = 180_000;
const lookMs = 500;
const watched = {
  requests: queues.deliveryRequests,
  'mission events': `${topics.droneEvents}/Subscriptions/${subscriptions.delivery}`,
} as const;

export type Waiting = Readonly<Record<keyof typeof watched, number>>;

interface EntityStatus {
  readonly name: string;
  readonly active: number;
  readonly scheduled: number;
}

/** What is still to be handled, by the broker's own counts, which cost the services nothing. */
async function waitingAt(brokerUrl: string): Promise<Waiting> {
  const { entities } = (await (await fetch(`${brokerUrl}/status`)).json()) as { entities: readonly EntityStatus[] };
  const count = (name: string) => {
    const { active = 0, scheduled = 0 } = entities.find((entity) => entity.name === name) ?? {};
    return active + scheduled;
  };
  return { requests: count(watched.requests), 'mission events': count(watched['mission events']) };
}

/** Until every request and every mission event was handled. */
export async function untilHandled(brokerUrl: string): Promise<void> {
  const deadline = performance.now() + handledLimitMs;
  let waiting = await waitingAt(brokerUrl);
  while (Object.values(waiting).some((count) => count > 0)) {
    if (performance.now() >= deadline) {
      const left = Object.entries(waiting).map(([name, count]) => `${count} ${name}`);
      throw new Error(`The queues were not worked off within ${handledLimitMs / 1000} s: ${left.join(', ')} wait`);
    }
    await delay(100);
    waiting = await waitingAt(brokerUrl);
  }
}

/** The most that waits at once, until it is stopped. */
export function watchWaiting(brokerUrl: string): { stop(): Promise<Waiting> } {
  const most = { requests: 0, 'mission events': 0 };
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const now = await waitingAt(brokerUrl);
      for (const name of ['requests', 'mission events'] as const) most[name] = Math.max(most[name], now[name]);
      await delay(lookMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      return most;
    },
  };
}
