import { readSettings, text } from '../src/config.ts';
import { createHttpServer } from '../src/http.ts';
import { runService } from '../src/lifecycle.ts';
import { silentLogger } from '../src/logger.ts';
import { complete, connectServiceBus } from '../src/servicebus.ts';
import { processSettings, serviceBusSettings } from '../src/settings.ts';

/** Tells its parent of each message that it has in hand; `HANDLES_FOR_MS` later, whatever the signal says, it is done. */
await runService({
  name: 'handling',
  readConfig: (env) => readSettings(env, { ...processSettings, ...serviceBusSettings, HANDLES_FOR_MS: text() }),
  create: async ({ host, port, servicebusConnectionString: connectionString, handlesForMs }) => {
    await using resources = new AsyncDisposableStack();
    const bus = resources.use(await connectServiceBus({ connectionString }));
    bus.receive({
      from: { queue: 'work' },
      logger: silentLogger,
      concurrencyMax: 8,
      drainLimitMs: 500,
      handler: async ({ messageId }) => {
        process.send?.({ kind: 'in-hand', messageId });
        await new Promise((resolve) => setTimeout(resolve, Number(handlesForMs)).unref());
        return complete;
      },
    });
    const server = resources.use(createHttpServer({ name: 'handling', host, port, logger: silentLogger }));
    const url = await server.listen();
    const running = resources.move();
    return { url, [Symbol.asyncDispose]: () => running.disposeAsync() };
  },
});
