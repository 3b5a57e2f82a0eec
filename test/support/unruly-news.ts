import { type MissionEvent, subscriptions, topics } from '@dronedelivery/contracts';
import { newId } from '@dronedelivery/service-kit/ids';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { complete, connectServiceBus } from '@dronedelivery/service-kit/servicebus';
import { seededRandom } from '@dronedelivery/testing';
import type { TestSystem } from './test-system.ts';

const lateMs = { min: 50, max: 1500 } as const;

export interface UnrulyNews extends AsyncDisposable {
  /** How many events were treated how. */
  readonly counts: Readonly<Record<Treatment, number>>;
}

type Treatment = 'lost' | 'doubled' | 'late';
const treatments = ['lost', 'doubled', 'late'] as const;

/**
 * Takes mission events away from the delivery service, and loses them, or sends them again late or twice. The last one of a
 * flight is always lost: nothing comes after it from which it would follow.
 */
export async function startUnrulyNews({ system }: TestSystem, seed: number): Promise<UnrulyNews> {
  const random = seededRandom(seed);
  const bus = await connectServiceBus({ connectionString: system.connectionString });
  const counts: Record<Treatment, number> = { lost: 0, doubled: 0, late: 0 };
  const copiesOf: Readonly<Record<Treatment, () => readonly number[]>> = {
    lost: () => [],
    doubled: () => [0, random.integer(lateMs.min, lateMs.max)],
    late: () => [random.integer(lateMs.min, lateMs.max)],
  };
  bus.receive({
    from: { topic: topics.droneEvents, subscription: subscriptions.delivery },
    concurrencyMax: 64,
    logger: silentLogger,
    handler: async ({ body }) => {
      const { data } = JSON.parse(body.toString()) as MissionEvent;
      const treatment = data.kind === 'delivered' ? 'lost' : random.pick(treatments);
      counts[treatment]++;
      const copies = copiesOf[treatment]();
      // Under new ids: the topic would drop what it has seen.
      await bus
        .sender(topics.droneEvents)
        .send(copies.map((inMs) => ({ messageId: newId(), body, scheduledAtMs: Date.now() + inMs })));
      return complete;
    },
  });
  return { counts, [Symbol.asyncDispose]: () => bus.close() };
}
