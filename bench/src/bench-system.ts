import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StartOptions } from '@dronedelivery/local/arguments';
import { type LocalSystem, type LocalSystemOverrides, startLocalSystem } from '@dronedelivery/local/system';

const edgeWithoutRateLimit = {
  ...{ RATE_PER_S: '100000', RATE_BURST: '100000', REQUESTS_PER_CALLER_MAX: '100000' },
} as const;
/** A run takes one token, and keeps it to its end. */
const longTokens = { TOKEN_LIFETIME_S: '86400' } as const;

/** A system on free ports and a folder of its own, whose edge lets the benchmark's one business through. */
export async function startBenchSystem(
  options: Partial<StartOptions> = {},
  { settings, ...overrides }: LocalSystemOverrides = {},
): Promise<LocalSystem> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'drone-delivery-bench-'));
  const system = await startLocalSystem(
    {
      dataDir,
      edgePort: 0,
      fresh: false,
      demo: false,
      replicas: {},
      drones: 0,
      seed: 1,
      timeScale: 1,
      logLevel: 'warn',
      ...options,
    },
    { tell: console.error, settings: { edge: edgeWithoutRateLimit, account: longTokens, ...settings }, ...overrides },
  );
  return {
    ...system,
    info: system.info,
    [Symbol.asyncDispose]: async () => {
      await system[Symbol.asyncDispose]();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
