import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { FaultControl } from '../faults/fault.ts';
import { listen } from '../net/listen.ts';
import type { AdministrationApi } from './administration/api.ts';
import { answerAdministration, isAdministration } from './administration/serve.ts';
import { answerFaults } from './fault-routes.ts';
import { sendJson, sendProblem } from './respond.ts';
import type { StatusReport } from './status.ts';

export interface StatusServer extends AsyncDisposable {
  readonly port: number;
}

export interface StatusSources {
  readonly status: () => StatusReport;
  /** Undefined: faults on demand are not enabled, and there is no such path. */
  readonly faults: FaultControl | undefined;
  readonly administration: AdministrationApi;
}

const requestTimeoutMs = 10_000;

/** Serves `GET /health` and `GET /status` as JSON, the administration, and `/faults` where they are enabled. */
export async function serveStatus(sources: StatusSources, host: string, port: number): Promise<StatusServer> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    // A client that goes away in the middle of its request is owed no answer.
    answer(request, response, sources).catch(() => response.destroy());
  });
  return {
    port: await listen(server, host, port),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, faults, administration }: StatusSources,
): Promise<void> {
  const [path] = (request.url ?? '/').split('?');
  if (isAdministration(request)) await answerAdministration(request, response, administration);
  else if (path === '/faults' && faults !== undefined) await answerFaults(request, response, faults);
  else if (path !== '/health' && path !== '/status') sendProblem(response, 404, 'There is no such path');
  else if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    sendProblem(response, 405, 'Only GET is served');
  } else if (path === '/health') sendJson(response, 200, { status: 'ok' });
  else sendJson(response, 200, status());
}
