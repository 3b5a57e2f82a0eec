import assert from 'node:assert/strict';
import type { DeadLetter } from '@dronedelivery/contracts';
import type { Page } from '@dronedelivery/local/api-client';
import { logLines } from './process-log.ts';
import type { TestSystem } from './test-system.ts';

/** What only passes for a while makes no dead letter, not even one that the supervisor has helped out of since. */
export async function assertNoDeadLetters(running: TestSystem): Promise<void> {
  const { body } = await running.operator.request<Page<DeadLetter>>('GET', '/v1/deadletters');
  assert.deepEqual(body.items, []);
  const names = running.system.instances.map(({ name }) => name).filter((name) => /^(workflow|supervisor)/.test(name));
  const seen = names
    .flatMap((name) => logLines(running, name))
    .filter(({ msg }) => msg === 'request given up' || msg.startsWith('dead letter'));
  assert.deepEqual(seen, []);
}
