import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../net/listen.ts';
import type { StatusReport } from './status.ts';

export interface StatusServer extends AsyncDisposable {
  readonly port: number;
}

const requestTimeoutMs = 10_000;

/** Serves `GET /health` and `GET /status` as JSON. */
export async function serveStatus(report: () => StatusReport, host: string, port: number): Promise<StatusServer> {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) =>
    answer(request, response, report),
  );
  return {
    port: await listen(server, host, port),
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, report: () => StatusReport): void {
  const [path] = (request.url ?? '/').split('?');
  if (request.method !== 'GET') send(response, 405, { error: 'only GET is served' });
  else if (path === '/health') send(response, 200, { status: 'ok' });
  else if (path === '/status') send(response, 200, report());
  else send(response, 404, { error: 'only /health and /status are served' });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
