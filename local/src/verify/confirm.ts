import { check } from './check.ts';
import type { Snapshot } from './snapshot.ts';
import { isSame, type Limits, type Violation } from './violation.ts';

/** How long a suspicion has to persist to be a violation. */
const persistMs = 6_000;
/** The same where a message in the queue may still set it right. */
const settleMs = 60_000;
const pauseMs = 1_500;

export interface Surroundings {
  /** Looks again; details only of the suspected deliveries. */
  readonly collect: (suspected: readonly Violation[]) => Promise<Snapshot>;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
}

/** Looks again until a suspicion is gone or has persisted: a system that runs disagrees with itself for moments. */
export async function confirm(
  first: Snapshot,
  limits: Limits,
  { collect, now, wait }: Surroundings,
): Promise<Violation[]> {
  const beganAtMs = now();
  let suspected = check(first, limits);
  while (isUndecided(suspected, now() - beganAtMs)) {
    await wait(pauseMs);
    const again = check(await collect(suspected), limits);
    suspected = again.filter((one) => suspected.some((before) => isSame(before, one)));
  }
  return suspected;
}

function isUndecided(suspected: readonly Violation[], forMs: number): boolean {
  if (suspected.length === 0) return false;
  return forMs < persistMs || (forMs < settleMs && suspected.some(({ maySettle }) => maySettle));
}
