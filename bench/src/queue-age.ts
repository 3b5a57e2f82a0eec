import { setTimeout as delay } from 'node:timers/promises';
import { queues } from '@dronedelivery/contracts';
import { type Browser, connectServiceBus } from '@dronedelivery/service-kit/servicebus';

export interface QueueAge extends AsyncDisposable {
  /** Age of the oldest message at each look, milliseconds; 0 where there was none. Messages in hand count as well. */
  readonly agesMs: number[];
}

const intervalMs = 250;
const pageMax = 50;

/** Looks at the oldest request on the queue four times a second; delayed copies do not count. */
export async function watchQueueAge(connectionString: string): Promise<QueueAge> {
  const bus = await connectServiceBus({ connectionString });
  const browser = bus.browse({ queue: queues.deliveryRequests });
  const stopping = new AbortController();
  const agesMs: number[] = [];
  const running = (async () => {
    while (!stopping.signal.aborted) {
      agesMs.push(await oldestAge(browser));
      await delay(intervalMs);
    }
  })();
  return {
    agesMs,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await browser[Symbol.asyncDispose]();
      await bus.close();
    },
  };
}

async function oldestAge(browser: Browser): Promise<number> {
  const oldest = (await browser.peek({ max: pageMax })).find(({ state }) => state === 'active');
  return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.enqueuedAtMs);
}
