import { setTimeout as delay } from 'node:timers/promises';
import type { LocalInfo } from '../local-info.ts';
import { createCollector } from './collect.ts';
import { confirm } from './confirm.ts';
import type { Snapshot } from './snapshot.ts';
import { defaultLimits, type Violation } from './violation.ts';

export interface VerificationReport {
  readonly violations: readonly Violation[];
  /** What was looked at. */
  readonly seen: Snapshot;
}

/** Checks I1 to I7 on a running system from the outside; `accepted` are deliveries whose request was answered with 202. */
export async function verifySystem(info: LocalInfo, accepted: readonly string[] = []): Promise<VerificationReport> {
  const collect = createCollector(info, accepted);
  const seen = await collect();
  const violations = await confirm(seen, defaultLimits, { collect, now: () => performance.now(), wait: delay });
  return { violations, seen };
}
