import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { silentLogger } from '@dronedelivery/service-kit/logger';
import { startTokenIssuer } from '@dronedelivery/testing';
import { readConfig } from '../src/edge/config.ts';
import { createEdge } from '../src/edge/edge.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answer = (request: Seen, response: ServerResponse) => void;

/** A service behind the edge: remembers what reached it. */
export async function startUpstream(answer: Answer = echo) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
    seen.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, seen, close, [Symbol.asyncDispose]: close };
}

function echo({ method, url, body }: Seen, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ method, url, body }));
}

/** An edge whose services are all the one upstream, unless settings say otherwise. */
export async function startEdge(upstreamUrl: string, settings: Readonly<Record<string, string>> = {}) {
  await using resources = new AsyncDisposableStack();
  const issuer = resources.use(await startTokenIssuer());
  const services = ['ACCOUNT', 'INGESTION', 'SUPERVISOR', 'PACKAGE', 'DELIVERY', 'DRONE_SCHEDULER', 'PORTAL'];
  const config = readConfig({
    TOKEN_ISSUER: issuer.issuer,
    JWKS_URL: issuer.jwksUrl,
    ...Object.fromEntries(services.map((name) => [`${name}_URL`, upstreamUrl])),
    ...settings,
  });
  const edge = resources.use(await createEdge(config, { logger: silentLogger }));
  const owned = resources.move();
  const shipper = issuer.token({ sub: 'shipper-of-b1', roles: ['shipper'], businessId: 'b1' });
  return {
    url: edge.url,
    issuer,
    /** Calls as a shipper of business `b1`, unless the headers say otherwise. */
    call: (method: string, path: string, init: RequestInit = {}) =>
      fetch(edge.url + path, { method, ...init, headers: { authorization: `Bearer ${shipper}`, ...init.headers } }),
    /** Sends bytes as they are and reads until the other side closes. */
    raw: (text: string | readonly string[]) => rawExchange(edge.url, text),
    shipper,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function rawExchange(url: string, text: string | readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => {
      for (const piece of typeof text === 'string' ? [text] : text) socket.write(piece);
    });
    socket.on('data', (data) => {
      received += data;
    });
    // A reset is an answer too: what was received before it counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}
