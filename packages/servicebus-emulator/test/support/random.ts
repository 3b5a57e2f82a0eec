import { seededRandom } from '@dronedelivery/testing/seeded-random';

/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** From 0 to `bound` - 1. */
  below(bound: number): number;
  /** Of none: undefined. */
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  const random = seededRandom(seed);
  const below = (bound: number) => random.integer(0, bound - 1);
  return { below, pick: <T>(items: readonly T[]) => items[below(items.length)] as T };
}
