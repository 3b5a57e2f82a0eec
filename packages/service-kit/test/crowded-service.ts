import { readSettings, text } from '../src/config.ts';
import { createHttpServer } from '../src/http.ts';
import { runService } from '../src/lifecycle.ts';
import { silentLogger } from '../src/logger.ts';
import { processSettings } from '../src/settings.ts';

/** A server with the real bound of connections, in a process with descriptors of its own; nobody is too slow for it. */
await runService({
  name: 'crowded',
  readConfig: (env) => readSettings(env, { ...processSettings, CONNECTIONS_MAX: text() }),
  create: async ({ host, port, connectionsMax }) => {
    const bounds = { connectionsMax: Number(connectionsMax), receiveTimeoutMs: 300_000 };
    const server = createHttpServer({ name: 'crowded', host, port, logger: silentLogger, ...bounds });
    return { url: await server.listen(), [Symbol.asyncDispose]: () => server.close() };
  },
});
