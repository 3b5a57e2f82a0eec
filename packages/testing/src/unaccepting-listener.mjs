import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// Runs as a thread of its own: it listens, says where, and stands still for good, since Node accepts whoever comes as soon
// as its event loop turns. Plain JavaScript, because a thread that has to load the type stripper takes many times as long to start.
const server = createServer().listen({ ...workerData, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
