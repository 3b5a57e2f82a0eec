import { createServer } from 'node:net';

export class PortInUseError extends Error {}

/** Below the range from which Linux takes ports for outgoing connections: a port stays free while its owner restarts. */
const freeRange = { from: 20_000, to: 29_999 } as const;

/** @throws PortInUseError naming the port. */
export async function requireFreePort(port: number, host: string): Promise<number> {
  if (await isFree(port, host)) return port;
  throw new PortInUseError(`Port ${port} is in use: stop what listens there, or choose another with --port N.`);
}

/** Finds `count` distinct free ports, counting upwards from `from` (or from a random place when it is 0). */
export async function findFreePorts(count: number, from: number, host: string): Promise<number[]> {
  const ports: number[] = [];
  const start = from === 0 ? freeRange.from + Math.floor(Math.random() * 9_000) : from;
  for (let port = start; ports.length < count; port++) {
    if (port > 65_535) throw new PortInUseError(`There are no ${count} free ports above ${start}.`);
    if (await isFree(port, host)) ports.push(port);
  }
  return ports;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
