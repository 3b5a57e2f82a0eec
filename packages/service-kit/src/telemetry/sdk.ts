import process from 'node:process';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { NodeSDK } from '@opentelemetry/sdk-node';

/** Exporters, service name and sampling come from the standard `OTEL_…` variables. */
export function startTelemetry(): void {
  const sdk = new NodeSDK({ instrumentations: [new FastifyOtelInstrumentation({ registerOnInitialization: true })] });
  sdk.start();
  const stop = () => {
    sdk.shutdown().catch((error: unknown) => process.emitWarning(error as Error));
  };
  process.once('beforeExit', stop);
}
