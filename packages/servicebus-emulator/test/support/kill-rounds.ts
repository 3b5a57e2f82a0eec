import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { createTokenSource } from '../../src/amqp/lock-token.ts';
import { Broker } from '../../src/broker/broker.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { SqliteStore } from '../../src/storage/sqlite-store.ts';
import { startBrokerProcess } from './broker-process.ts';
import { ManualClock } from './manual-clock.ts';
import { createLedgers, type Ledgers, mixedConfig } from './mixed-config.ts';
import { createRandom } from './random.ts';
import { SdkLoad } from './sdk-load.ts';
import { verifyBroker } from './verify-broker.ts';

const operationsMax = 300;

/** Kills the process at random moments of a mixed load, and holds what is left against what the clients were told. */
export async function killAgainAndAgain(folder: string, seed: number, kills: number): Promise<Ledgers> {
  const random = createRandom(seed);
  const ledgers = createLedgers();
  // A client needs long to see that its broker is gone; the next life need not wait for that.
  await using clients = new AsyncDisposableStack();
  for (let round = 0; round < kills; round++) {
    await using broker = await startBrokerProcess(folder, mixedConfig);
    const load = new SdkLoad(broker.connectionString, random, ledgers, `${round}`, random.below(operationsMax));
    clients.use(load);
    await load.enough;
    await broker.end('SIGKILL');
    load.stop();
    await verifyCopy(folder, ledgers);
  }
  return ledgers;
}

/** A copy: the next process has to recover from what the kill left, not from what this look at it has tidied up. */
async function verifyCopy(folder: string, ledgers: Ledgers): Promise<void> {
  const [file, copy] = [path.join(folder, 'broker.db'), path.join(folder, 'copy.db')];
  for (const suffix of ['', '-wal']) await copyFile(file + suffix, copy + suffix);
  const store = new SqliteStore(copy);
  const broker = new Broker(parseConfig(mixedConfig), store, new ManualClock(0), createTokenSource());
  verifyBroker(broker, ledgers);
  broker.stop();
  store.close();
}
