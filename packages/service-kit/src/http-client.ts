export { type BulkCall, type BulkCallsOptions, type BulkTarget, createBulkCalls } from './http-client/bulk-calls.ts';
export { RemoteError } from './http-client/remote-error.ts';
export type { BreakerState } from './http-client/resilience.ts';
export {
  type CallOptions,
  type CallParts,
  createServiceClient,
  type ServiceClient,
  type ServiceClientOptions,
} from './http-client/service-client.ts';
export { TransientError, type TransientKind } from './transient-error.ts';
