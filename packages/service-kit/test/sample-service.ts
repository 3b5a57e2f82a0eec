import { readSettings, text } from '../src/config.ts';
import { createHttpServer } from '../src/http.ts';
import { runService } from '../src/lifecycle.ts';
import { silentLogger } from '../src/logger.ts';
import { processSettings } from '../src/settings.ts';

await runService({
  name: 'sample',
  readConfig: (env) => readSettings(env, { ...processSettings, NAME: text() }),
  create: async ({ host, port, name }) => {
    if (name === 'fails') throw new Error('no room');
    const server = createHttpServer({ name, host, port, logger: silentLogger });
    const url = await server.listen();
    const hang = () => new Promise<void>(() => undefined);
    if (name === 'lingers') setInterval(() => undefined, 1000);
    return { url, [Symbol.asyncDispose]: () => (name === 'hangs' ? hang() : server.close()) };
  },
  stopLimitMs: 500,
});
