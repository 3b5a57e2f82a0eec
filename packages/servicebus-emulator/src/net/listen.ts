import type { AddressInfo, ListenOptions, Server } from 'node:net';

/**
 * Starts a server.
 * @param port 0 picks a free one
 * @returns the port
 * @throws Error that names the port when it cannot be used
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  const options: ListenOptions = { host, port };
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(options, () => resolve((server.address() as AddressInfo).port));
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason = error.code === 'EADDRINUSE' ? 'is already in use' : `cannot be used: ${error.message}`;
  return new Error(`Port ${port} of ${host} ${reason}.`, { cause: error });
}
