import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

const host = '127.0.0.1';
/** On loopback an answer takes far less than a millisecond, if there is one. */
const answerLimitMs = 250;
/** The queue of a listener that wants none is two or three long. */
const placesMax = 32;

/**
 * A loopback port at which attempts to connect get no answer at all, neither yes nor no, as behind a firewall that drops them:
 * its listener accepts nobody, and the queue before it is full. Disposed of, it refuses connections like any free port.
 *
 * @param port a free one is chosen when absent.
 * @throws Error where the system answers nevertheless: Windows refuses what no longer fits into the queue.
 */
export async function unansweredPort(port = 0): Promise<AsyncDisposable & { readonly port: number }> {
  await using resources = new AsyncDisposableStack();
  const listener = new Worker(new URL('./unaccepting-listener.mjs', import.meta.url), { workerData: { port, host } });
  resources.defer(async () => void (await listener.terminate()));
  const [listening] = (await once(listener, 'message')) as [number];
  const waiting: Socket[] = [];
  resources.defer(() => {
    for (const socket of waiting) socket.destroy();
  });
  while (await isAnswered(listening, waiting)) {
    if (waiting.length === placesMax) throw new Error('This system answers however full the queue of a listener is');
  }
  const owned = resources.move();
  return { port: listening, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Takes one more place in the queue; the attempt that no longer got one is given up. */
async function isAnswered(port: number, waiting: Socket[]): Promise<boolean> {
  const socket = connect(port, host);
  const answered = Promise.withResolvers<boolean>();
  const limit = setTimeout(() => answered.resolve(false), answerLimitMs);
  socket.on('connect', () => answered.resolve(true)).on('error', () => answered.resolve(true));
  const isConnected = await answered.promise;
  clearTimeout(limit);
  if (isConnected) waiting.push(socket);
  else socket.destroy();
  return isConnected;
}
