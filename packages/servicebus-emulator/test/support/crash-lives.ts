import { rmSync } from 'node:fs';
import path from 'node:path';
import { createTokenSource } from '../../src/amqp/lock-token.ts';
import { Broker } from '../../src/broker/broker.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { SqliteStore } from '../../src/storage/sqlite-store.ts';
import { crashBefore } from './crash-point.ts';
import { endlessReserve } from './endless-reserve.ts';
import { ManualClock } from './manual-clock.ts';
import { createLedgers, type Ledgers, mixedConfig } from './mixed-config.ts';
import { type Life, MixedLoad } from './mixed-load.ts';
import { createRandom, type Random } from './random.ts';
import { answersOf, verifyBroker } from './verify-broker.ts';

const definition = parseConfig(mixedConfig);
/** A life that begins with more to do than a short one lasts, such as what has expired, would otherwise be the last that gets anywhere. */
const stepsBeforeCrash = (random: Random) => random.below(random.below(20) === 0 ? 2000 : 60);
const stepsPerTurnMax = 5;

export interface CrashReport {
  readonly crashes: number;
  /** Answers that were held against what came back. */
  readonly answers: number;
}

/** Lives one life after the other on what the last one left; each loses power at some step. */
export async function liveAndCrash(folder: string, seed: number, crashes: number): Promise<CrashReport> {
  const random = createRandom(seed);
  const ledgers = createLedgers();
  const accepted: string[] = [];
  const clock = new ManualClock(Date.UTC(2030, 0, 1));
  const files = [path.join(folder, 'a.db'), path.join(folder, 'b.db')] as const;
  for (let crash = 0; crash < crashes; crash++) {
    const [file, copy] = crash % 2 === 0 ? files : [files[1], files[0]];
    await liveOnce({ file, copy, clock, random, ledgers, accepted, name: `${seed}-${crash}` });
  }
  return { crashes, answers: answersOf(ledgers) };
}

interface Given {
  readonly file: string;
  readonly copy: string;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly ledgers: Ledgers;
  readonly accepted: string[];
  readonly name: string;
}

async function liveOnce({ file, copy, clock, random, ledgers, accepted, name }: Given): Promise<void> {
  for (const suffix of ['', '-wal']) rmSync(copy + suffix, { force: true });
  // Killed again and again, it would never come to writing its log back into the file.
  if (random.below(8) === 0) new SqliteStore(file, { openReserve: endlessReserve }).close();
  const point = crashBefore(stepsBeforeCrash(random), { file, copy }, random);
  const broker = new Broker(definition, point.store, clock, createTokenSource());
  verifyBroker(broker, ledgers);
  const life: Life = { broker, clock, random, isDead: () => point.crashed, accepted };
  const load = new MixedLoad(life, ledgers, name);
  while (!point.crashed) {
    for (let steps = 1 + random.below(stepsPerTurnMax); steps > 0; steps--) load.step();
    await new Promise<void>((resolve) => broker.whenDurable(() => resolve()));
  }
  broker.stop();
  point.close();
}
