import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ServiceBusClient } from '@azure/service-bus';
import { type Emulator, startServiceBusEmulator } from '../../src/index.ts';
import { recordClient } from './client-bytes.ts';
import { mutate } from './mutate.ts';
import { receiveOne } from './namespace.ts';
import { createRandom, type Random } from './random.ts';

const atOnce = 16;
const casesBetweenLooks = 500;
const config = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'ns',
        Queues: [{ Name: 'q', Properties: { MaxMessageCount: 2_000 } }, { Name: 'healthy' }],
        Topics: [{ Name: 't', Subscriptions: [{ Name: 's' }] }],
      },
    ],
  },
};

export interface FuzzReport {
  readonly faults: number;
  /** Heap in use after the first part of the cases and after the last, garbage not counted. */
  readonly heapMb: readonly [number, number];
  /** Sockets, timers and the like, after the first part and after the last. */
  readonly handles: readonly [number, number];
}

/** Talks to a broker in a mutilated way, many times, while a well-behaved client is served. */
export async function fuzzBroker(seed: number, cases: number): Promise<FuzzReport> {
  let faults = 0;
  const onConnectionFault = () => {
    faults++;
  };
  await using emulator = await startServiceBusEmulator({ config, onConnectionFault });
  const recorded = (await recordClient(emulator)).filter((frames) => frames.length > 3);
  assert.ok(recorded.length > 0);
  const client = new ServiceBusClient(emulator.connectionString);
  await using resources = new AsyncDisposableStack();
  resources.defer(() => client.close());
  const random = createRandom(seed);
  const sender = client.createSender('healthy');
  const receiver = client.createReceiver('healthy', { receiveMode: 'receiveAndDelete' });
  const looks: { readonly heap: number; readonly handles: number }[] = [];
  for (let done = 0; done < cases; done += casesBetweenLooks) {
    await misbehave(emulator, recorded, random, Math.min(casesBetweenLooks, cases - done));
    await sender.sendMessages({ body: done });
    assert.equal((await receiveOne(receiver)).body, done);
    looks.push({ heap: heapMb(), handles: process.getActiveResourcesInfo().length });
  }
  const [first, last] = [looks[0], looks.at(-1)];
  assert.ok(first !== undefined && last !== undefined);
  return { faults, heapMb: [first.heap, last.heap], handles: [first.handles, last.handles] };
}

async function misbehave(
  emulator: Emulator,
  recorded: readonly (readonly Buffer[])[],
  random: Random,
  cases: number,
): Promise<void> {
  const before = emulator.status().connections;
  let left = cases;
  const worker = async () => {
    while (left-- > 0) await speak(emulator.port, mutate(random.pick(recorded), random), random.below(2) === 0);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  while (emulator.status().connections > before) await setImmediate();
}

/** Frames until SASL has let the client in; what comes earlier than that is no AMQP to the broker. */
const greetingFrames = 3;

/** Says it piece by piece, or the most of it in one go, then hangs up. */
async function speak(port: number, frames: readonly Buffer[], inPieces: boolean): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket
    .on('error', () => undefined)
    .on('close', () => resolve())
    .resume();
  const rest = frames.slice(greetingFrames);
  for (const chunk of [...frames.slice(0, greetingFrames), ...(inPieces ? rest : [Buffer.concat(rest)])]) {
    socket.write(chunk);
    await nextTurn();
  }
  socket.destroySoon();
  await closed;
}

/** Both ends are in this process: what was written has been read when the loop has come round twice. */
async function nextTurn(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}
