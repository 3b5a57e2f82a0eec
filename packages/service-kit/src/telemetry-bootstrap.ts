// Loaded by `--import` before everything else, since instrumentation has to see modules before they are used.
import { registerHooks } from 'node:module';
import process from 'node:process';

const api = '@opentelemetry/api';

/** Nothing is loaded without an endpoint: trace ids travel all the same, by our own context. */
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) {
  // The API's global registry refuses to be shared between its versions, and the install may hold two: all get ours.
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier === api ? { ...context, parentURL: import.meta.url } : context),
  });
  await import('import-in-the-middle/register-hooks.mjs');
  const { startTelemetry } = await import('./telemetry/sdk.ts');
  startTelemetry();
}
