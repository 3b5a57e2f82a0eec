import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// Runs as a thread of its own: it listens, says where, and stands still for good, since Node accepts whoever comes as soon
// as its event loop turns.
const { port, host } = workerData as { readonly port: number; readonly host: string };
const server = createServer().listen({ port, host, backlog: 1 }, () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === 'object' ? address?.port : undefined);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
