import type { BodyOf, HeadersOf, Operation, ParamsOf, QueryOf } from '@dronedelivery/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../app-error.ts';
import type { Principal } from '../auth/principal.ts';
import type { Logger } from '../logger.ts';
import { principalOfRequest } from './access.ts';
import type { RequestParts } from './request-validation.ts';

/** What a handler is given: the checked request, typed by its operation. */
export class OperationRequest<O extends Operation> {
  readonly params: ParamsOf<O>;
  readonly query: QueryOf<O>;
  readonly headers: HeadersOf<O>;
  readonly body: BodyOf<O>;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #log: Logger;
  #abort: AbortController | undefined;

  constructor(parts: RequestParts, request: FastifyRequest, reply: FastifyReply, log: Logger) {
    this.params = parts.params as ParamsOf<O>;
    this.query = parts.query as QueryOf<O>;
    this.headers = parts.headers as HeadersOf<O>;
    this.body = parts.body as BodyOf<O>;
    this.#request = request;
    this.#reply = reply;
    this.#log = log;
  }

  get requestId(): string {
    return this.#request.id;
  }

  /** Who calls. @throws AppError `unauthenticated` on an operation that anybody may call. */
  get principal(): Principal {
    const principal = principalOfRequest(this.#request);
    if (principal === undefined) throw new AppError('unauthenticated');
    return principal;
  }

  /** As it came, to be forwarded in the caller's name. */
  get authorization(): string | undefined {
    return this.#request.headers.authorization;
  }

  /** Of the connection: the last proxy before this process. */
  get remoteAddress(): string {
    return this.#request.ip;
  }

  /** A request header that the operation does not describe. */
  header(name: string): string | undefined {
    const value = this.#request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Aborted when the client is gone or the time for the request is over. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      const abort = new AbortController();
      this.#abort = abort;
      this.#reply.raw.once('close', () => {
        if (!this.#reply.raw.writableFinished) abort.abort(new AppError('unavailable', 'the client has gone'));
      });
    }
    return this.#abort.signal;
  }

  /** Ends the work on the request; only those who listen to `signal` notice. */
  cancel(reason: Error): void {
    this.#abort?.abort(reason);
  }

  get log(): Logger {
    return this.#log.child({ requestId: this.#request.id });
  }

  /**
   * The business that the request is about. A token's own; a service, and an operator who reads, names it by the
   * query parameter `businessId`.
   * @throws AppError `forbidden` when anybody else names another one, `validation-failed` when it has to be named and is not.
   */
  business(): string {
    const business = this.businessOrAll();
    if (business !== undefined) return business;
    throw new AppError('validation-failed', 'the business has to be named', {
      errors: [{ in: 'query', path: 'businessId', expected: 'the id of the business that this is about' }],
    });
  }

  /** As `business`, but undefined for a service or a reading operator who names none. */
  businessOrAll(): string | undefined {
    const principal = this.principal;
    const named = (this.query as { readonly businessId?: string } | undefined)?.businessId;
    if (mayNameBusiness(principal, this.#request.method)) return named ?? principal.businessId;
    if (principal.businessId === undefined) throw new AppError('forbidden', 'the token acts for no business');
    if (named !== undefined && named !== principal.businessId) {
      throw new AppError('forbidden', 'the token acts for another business');
    }
    return principal.businessId;
  }
}

function mayNameBusiness({ roles }: Principal, method: string): boolean {
  return roles.includes('service') || (roles.includes('operator') && (method === 'GET' || method === 'HEAD'));
}
