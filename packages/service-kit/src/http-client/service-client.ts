import type { AnswerOf, BodyOf, HeadersOf, Operation, ParamsOf, QueryOf } from '@dronedelivery/contracts';
import type { TokenSource } from '../auth/client-credentials.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Logger } from '../logger.ts';
import { inSpan } from '../telemetry/spans.ts';
import { counter } from '../telemetry.ts';
import { currentTraceparent } from '../trace-context.ts';
import { TransientError } from '../transient-error.ts';
import { answerReader, type ReadAnswer } from './answer-reading.ts';
import { exchange, type WireAnswer, type WireRequest } from './exchange.ts';
import { RemoteError } from './remote-error.ts';
import { Replicas } from './replicas.ts';
import { encodeBody, pathBuilder } from './request-encoding.ts';
import { type BreakerState, createResilience, type Resilience, type ResilienceOptions } from './resilience.ts';

/** The parts that an operation describes, and only those. */
export type CallParts<O extends Operation> = Part<'params', ParamsOf<O>> &
  Part<'query', QueryOf<O>> &
  Part<'headers', HeadersOf<O>> &
  Part<'body', BodyOf<O>>;

type Part<Name extends string, T> = [T] extends [undefined]
  ? unknown
  : Record<string, never> extends T
    ? { readonly [N in Name]?: T }
    : { readonly [N in Name]: T };

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Of each attempt. */
  readonly timeoutMs?: number;
  /** A caller's own `authorization` header to pass on, in place of this process's token. */
  readonly authorization?: string;
  /** One attempt, although the call might be repeated: for those who go on another way. */
  readonly once?: boolean;
}

export interface ServiceClientOptions extends ResilienceOptions {
  /** Of the service that is called: for messages and metrics. */
  readonly name: string;
  /** Base URLs of its replicas. */
  readonly baseUrls: readonly string[];
  readonly tokenSource?: TokenSource;
  readonly timeoutMs?: number;
  readonly connectTimeoutMs?: number;
  readonly answerBytesMax?: number;
  /** Is told when the breaker opens and closes. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** Calls one service, with bounds around everything. */
export interface ServiceClient extends AsyncDisposable {
  /**
   * @throws RemoteError when the service refuses (4xx); TransientError for every fault that may pass; the signal's
   * reason when it is aborted.
   */
  call<const O extends Operation>(operation: O, parts: CallParts<O>, options?: CallOptions): Promise<AnswerOf<O>>;
  readonly breakerState: BreakerState;
  onBreakerChange(listener: (state: BreakerState) => void): () => void;
}

interface CompiledOperation {
  readonly path: ReturnType<typeof pathBuilder>;
  readonly read: (answer: WireAnswer) => ReadAnswer;
  readonly isRepeatable: boolean;
}

interface AnyParts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const answerBytesMaxDefault = 4 * 1024 * 1024;
const timeoutMsDefault = 2000;
const countBreakerChanges = counter('breaker.changes', 'Changes of circuit breakers, by target and new state');

/** One client for each service that is called: its breaker and bulkhead keep one bad dependency from blocking the rest. */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  return new Client(options);
}

class Client implements ServiceClient {
  readonly #options: ServiceClientOptions;
  readonly #replicas: Replicas;
  readonly #resilience: Resilience;
  readonly #compiled = new Map<Operation, CompiledOperation>();

  constructor(options: ServiceClientOptions) {
    const { clock = systemClock, random = Math.random } = options;
    this.#options = options;
    this.#replicas = new Replicas({
      baseUrls: options.baseUrls,
      connectionsMax: options.concurrencyMax ?? 64,
      connectTimeoutMs: options.connectTimeoutMs ?? 1000,
      clock,
    });
    this.#resilience = createResilience(options, clock, random);
    this.#resilience.onStateChange((state) => this.#noteBreaker(state));
  }

  get breakerState(): BreakerState {
    return this.#resilience.state;
  }

  onBreakerChange(listener: (state: BreakerState) => void): () => void {
    return this.#resilience.onStateChange(listener);
  }

  async call<const O extends Operation>(
    operation: O,
    parts: CallParts<O>,
    options: CallOptions = {},
  ): Promise<AnswerOf<O>> {
    const compiled = this.#compile(operation);
    const given = parts as AnyParts;
    const send = async () => {
      const request = await this.#wireRequest(operation, compiled, given, options);
      return compiled.read(await this.#toSomeReplica(request, compiled.isRepeatable));
    };
    const attempt = () => this.#withFreshToken(send, operation, options);
    const { name } = this.#options;
    const run = () =>
      this.#resilience.run(name, compiled.isRepeatable && options.once !== true, attempt, options.signal);
    return (await inSpan({ name: `${name} ${operation.id}`, kind: 'client' }, run)) as AnswerOf<O>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#replicas[Symbol.asyncDispose]();
  }

  #noteBreaker(state: BreakerState): void {
    const { name, logger } = this.#options;
    countBreakerChanges(1, { target: name, state });
    if (state === 'open') logger?.warn({ target: name }, 'breaker open: calls fail at once for a while');
    if (state === 'closed') logger?.info({ target: name }, 'breaker closed: calls are answered again');
  }

  #compile(operation: Operation): CompiledOperation {
    const known = this.#compiled.get(operation);
    if (known !== undefined) return known;
    const isRepeatable = operation.idempotent === true || ['GET', 'PUT', 'DELETE'].includes(operation.method);
    const compiled = { path: pathBuilder(operation), read: answerReader(operation), isRepeatable };
    this.#compiled.set(operation, compiled);
    return compiled;
  }

  async #wireRequest(
    operation: Operation,
    { path }: CompiledOperation,
    parts: AnyParts,
    options: CallOptions,
  ): Promise<WireRequest> {
    const body = encodeBody(operation, parts.body);
    const authorization = options.authorization ?? (await this.#ownAuthorization(operation, options.signal));
    const traceparent = currentTraceparent();
    return {
      target: this.#options.name,
      method: operation.method,
      path: path(parts.params, parts.query),
      headers: {
        ...(parts.headers as Record<string, string> | undefined),
        ...(body === undefined ? {} : { 'content-type': operation.bodyMediaType ?? 'application/json' }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      body,
      timeoutMs: options.timeoutMs ?? this.#options.timeoutMs ?? timeoutMsDefault,
      answerBytesMax: this.#options.answerBytesMax ?? answerBytesMaxDefault,
      signal: options.signal,
    };
  }

  async #ownAuthorization({ access }: Operation, signal: AbortSignal | undefined): Promise<string | undefined> {
    if (access.kind === 'anonymous' || this.#options.tokenSource === undefined) return undefined;
    return `Bearer ${await this.#options.tokenSource.token(signal)}`;
  }

  /** A replica that could not even be connected to has seen nothing, so that the next one may get any call. */
  async #toSomeReplica(request: WireRequest, isRepeatable: boolean): Promise<WireAnswer> {
    let fault: unknown;
    for (const replica of this.#replicas.inOrder()) {
      try {
        return await exchange(replica, request);
      } catch (error) {
        fault = error;
        if (!(error instanceof TransientError) || error.kind !== 'connection') throw error;
        if (error.mayHaveHappened && !isRepeatable) throw error;
        this.#replicas.avoid(replica);
      }
    }
    throw fault;
  }

  /** Our token may have been revoked or its key rotated away: one more try with a new one. */
  async #withFreshToken(
    send: () => Promise<ReadAnswer>,
    { access }: Operation,
    { authorization, signal }: CallOptions,
  ): Promise<ReadAnswer> {
    const { tokenSource } = this.#options;
    if (tokenSource === undefined || access.kind === 'anonymous' || authorization !== undefined) return send();
    const token = await tokenSource.token(signal);
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof RemoteError) || error.status !== 401) throw error;
      tokenSource.invalidate(token);
      return send();
    }
  }
}
