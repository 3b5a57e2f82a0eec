import type { TokenAnswer } from '@dronedelivery/contracts';
import type { Credentials } from './credentials.ts';

export interface ApiAnswer<B = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or undefined where the answer has no body. */
  readonly body: B;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

const answerLimitMs = 15_000;
const renewAheadMs = 60_000;

/** A plain HTTP client of the public API, as a customer would write one: signs in and calls through the edge. */
export class ApiClient {
  readonly #edgeUrl: string;
  readonly #credentials: Credentials;
  #token: { readonly value: string; readonly expiresAt: number } | undefined;

  constructor(edgeUrl: string, credentials: Credentials) {
    this.#edgeUrl = edgeUrl;
    this.#credentials = credentials;
  }

  /**
   * Nothing checks that an answer is of the form that the caller names: this client serves scripts and tests, which know
   * what they have asked for.
   * @throws Error when the system does not answer; every HTTP status is an answer.
   */
  async request<B = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer<B>> {
    const answer = await fetch(this.#edgeUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${await this.token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerLimitMs),
    });
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    const parsed: unknown = isJson ? JSON.parse(text) : text || undefined;
    return { status: answer.status, headers: answer.headers, body: parsed as B };
  }

  /** Server-sent events of one path, until the server ends the stream or the signal says so. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<{ event: string; data: unknown }> {
    const headers = { authorization: `Bearer ${await this.token()}`, accept: 'text/event-stream' };
    const answer = await fetch(this.#edgeUrl + path, { headers, signal });
    if (!answer.ok || answer.body === null)
      throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    let pending = '';
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      pending += chunk;
      const blocks = pending.split('\n\n');
      pending = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event !== undefined) yield event;
      }
    }
  }

  async token(): Promise<string> {
    const held = this.#token;
    if (held !== undefined && Date.now() < held.expiresAt - renewAheadMs) return held.value;
    this.#token = await this.#signIn().catch((error: unknown) => {
      if (held === undefined || Date.now() > held.expiresAt) throw error;
      return held;
    });
    return this.#token.value;
  }

  async #signIn() {
    const { clientId, clientSecret } = this.#credentials;
    const answer = await fetch(`${this.#edgeUrl}/v1/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      }),
      signal: AbortSignal.timeout(answerLimitMs),
    });
    if (!answer.ok) throw new Error(`Signing in as ${clientId} answered ${answer.status}: ${await answer.text()}`);
    const { access_token, expires_in } = (await answer.json()) as TokenAnswer;
    return { value: access_token, expiresAt: Date.now() + expires_in * 1000 };
  }
}

function parseEvent(block: string): { event: string; data: unknown } | undefined {
  let event = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    if (line.startsWith('data:')) data += line.slice(5).trim();
  }
  return data === '' ? undefined : { event, data: JSON.parse(data) };
}
