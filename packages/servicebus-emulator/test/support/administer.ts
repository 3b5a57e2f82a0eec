import { ServiceBusAdministrationClient } from '@azure/service-bus';

/** The client as it is, told that the emulator speaks HTTP without TLS. */
export function administer(connectionString: string): ServiceBusAdministrationClient {
  const client = new ServiceBusAdministrationClient(connectionString, { retryOptions: { maxRetries: 0 } });
  if (!connectionString.includes('UseDevelopmentEmulator=true')) return client;
  client.pipeline.addPolicy({
    name: 'withoutTls',
    sendRequest(request, next) {
      request.url = request.url.replace(/^https:/, 'http:');
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
  return client;
}
