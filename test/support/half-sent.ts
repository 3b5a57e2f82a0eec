import { type ClientRequest, type IncomingMessage, request as open } from 'node:http';

export interface HalfSentRequest {
  readonly base: string;
  readonly method: string;
  readonly path: string;
  readonly token: string;
  readonly body: unknown;
}

/** A request whose head was taken; the rest of its body is still to come. */
export interface HalfSent extends Disposable {
  /** Sends the rest. @returns the status of the answer. @throws Error where the connection is broken instead. */
  finish(): Promise<number>;
}

/** Resolves as soon as the server works on the request. */
export async function sendHalf({ base, method, path, token, body }: HalfSentRequest): Promise<HalfSent> {
  const { hostname, port } = new URL(base);
  const text = JSON.stringify(body);
  const half = Math.floor(text.length / 2);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    // The server says so when it has read the head: a request of which it knows nothing is not in flight.
    expect: '100-continue',
  };
  const request = open({ hostname, port, method, path, headers, agent: false });
  const answered = statusOf(request);
  answered.catch(() => undefined);
  const taken = new Promise<void>((resolve) => request.once('continue', resolve));
  request.flushHeaders();
  await Promise.race([taken, answered]);
  request.write(text.slice(0, half));
  return {
    finish: () => {
      request.end(text.slice(half));
      return answered;
    },
    [Symbol.dispose]: () => request.destroy(),
  };
}

function statusOf(request: ClientRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    request.once('error', reject);
    request.once('response', (response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
}
