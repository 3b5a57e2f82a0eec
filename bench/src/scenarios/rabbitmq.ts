import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFreePorts } from '@dronedelivery/local/ports';
import { AmqpLoad } from '../amqp-load.ts';
import { median } from '../load.ts';
import { startEmulator } from '../peers/emulator.ts';
import { type AmqpAddress, startRabbitMq } from '../peers/rabbitmq.ts';
import { type Figure, print } from '../report.ts';

const rounds = 5;
const single = 200;
const many = 5_000;
const inFlight = 256;

interface Measure {
  readonly name: string;
  readonly messages: number;
  readonly run: (load: AmqpLoad) => Promise<number>;
}

/** Every round leaves the queue empty. */
const measures: readonly Measure[] = [
  { name: 'sends, one by one', messages: single, run: (load) => load.send(single, 1) },
  { name: 'receives and settlements, one by one', messages: single, run: (load) => load.receive(single, 1) },
  { name: `sends, ${inFlight} in flight`, messages: many, run: (load) => load.send(many, inFlight) },
  {
    name: `receives and settlements, ${inFlight} in flight`,
    messages: many,
    run: (load) => load.receive(many, inFlight),
  },
  { name: 'both at once, messages', messages: many, run: sendAndReceive },
];

async function sendAndReceive(load: AmqpLoad): Promise<number> {
  return Math.min(...(await Promise.all([load.send(many, inFlight), load.receive(many, inFlight)])));
}

/** By measure, one of each round. */
type Results = Readonly<Record<string, { readonly perSecond: number[]; readonly processorUs: number[] }>>;

/** The emulator against RabbitMQ: the same bare client, durable queues and messages, taking turns in one run. */
export async function rabbitMqScenario(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'drone-delivery-rabbitmq-'));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const [port = 0, rabbitPort = 0] = await findFreePorts(5, 0, '127.0.0.1');
  const rabbit = await startRabbitMq(path.join(folder, 'rabbitmq'), rabbitPort);
  if (rabbit === undefined) {
    console.log('\nEmulator against RabbitMQ: RabbitMQ is not installed');
    return;
  }
  resources.use(rabbit);
  const emulator = resources.use(await startEmulator(path.join(folder, 'emulator'), port));
  const peers = { emulator, quorum: rabbit.quorum, classic: rabbit.classic };
  const results = { emulator: emptyResults(), quorum: emptyResults(), classic: emptyResults() };
  // The first round warms everything up.
  for (let count = 0; count <= rounds; count++) {
    for (const name of ['emulator', 'quorum', 'classic'] as const)
      await round(peers[name], count === 0 ? emptyResults() : results[name]);
  }
  report('RabbitMQ, quorum queue', results.emulator, results.quorum);
  report('RabbitMQ, classic queue', results.emulator, results.classic);
}

function emptyResults(): Results {
  return Object.fromEntries(measures.map(({ name }) => [name, { perSecond: [], processorUs: [] }]));
}

async function round(peer: AmqpAddress, results: Results): Promise<void> {
  using load = new AmqpLoad(peer);
  for (const { name, messages, run } of measures) {
    const before = peer.processorSeconds();
    results[name]?.perSecond.push(await run(load));
    results[name]?.processorUs.push(((peer.processorSeconds() - before) * 1e6) / messages);
  }
}

function report(peer: string, emulator: Results, other: Results): void {
  const figures = measures.flatMap(({ name, messages }) => {
    const [ours, theirs] = [emulator[name], other[name]];
    const rate = figure(name, '/s', ours?.perSecond, theirs?.perSecond);
    // Processor time is counted in ticks, too coarse for few messages.
    return messages < many
      ? [rate]
      : [rate, figure('  processor time', 'µs a message', ours?.processorUs, theirs?.processorUs)];
  });
  print(`Emulator against ${peer} (bare rhea, median of ${rounds})`, figures);
}

function figure(name: string, unit: string, ours: readonly number[] = [], theirs: readonly number[] = []): Figure {
  return { name, unit, value: median(ours), limit: { name: 'RabbitMQ', value: median(theirs) } };
}
