// Loaded by `--import` before everything else, since instrumentation has to see modules before they are used.
import process from 'node:process';

/** Nothing is loaded without an endpoint: trace ids travel all the same, by our own context. */
if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined) {
  await import('import-in-the-middle/register-hooks.mjs');
  const { startTelemetry } = await import('./telemetry/sdk.ts');
  startTelemetry();
}
