import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as open } from 'node:http';

export interface WireRequest {
  readonly base: string;
  readonly method: string;
  /** Path and query as they go over the wire: visible ASCII, neither encoded nor mended. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Of an event stream only what came first. */
  readonly text: string;
}

const answerLimitMs = 20_000;
const connectionsMax = 64;

/** HTTP without the help of `fetch`, which would refuse or mend much of what an abuser sends. */
export class Wire implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });

  /** @throws Error when the connection breaks or no answer comes in time. */
  send({ base, method, target, headers, body }: WireRequest): Promise<WireAnswer> {
    const { hostname, port } = new URL(base);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const request = open({
        ...{ hostname, port, method, path: target, agent: this.#agent },
        headers: { ...length, ...headers },
        signal: AbortSignal.timeout(answerLimitMs),
      });
      request.once('error', reject);
      request.once('response', (response) => read(response).then(resolve, reject));
      request.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

async function read(response: IncomingMessage): Promise<WireAnswer> {
  const isStream = (response.headers['content-type'] ?? '').startsWith('text/event-stream');
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk);
    if (isStream) break;
  }
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}
