import type { AnswerOf, InvalidField, Operation } from '@dronedelivery/contracts';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { AppError } from '../app-error.ts';
import type { Principal } from '../auth/principal.ts';
import { continuedTrace, currentTrace, parseTraceparent, runInTrace } from '../trace-context.ts';
import { accessHook, principalOfRequest } from './access.ts';
import { ForeignAnswer } from './foreign-answer.ts';
import { OperationRequest } from './operation-request.ts';
import { sendProblem } from './problem.ts';
import { requestValidation } from './request-validation.ts';
import type { HttpServer } from './server.ts';

/** Lower-case names. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** One of the operation's answers, with headers where they are wanted. */
export type Answer<O extends Operation> = AnswerOf<O> & { readonly headers?: AnswerHeaders };

/** @throws AppError for every expected failure. */
export type OperationHandler<O extends Operation> = (
  request: OperationRequest<O>,
) => Promise<Answer<O> | ForeignAnswer> | Answer<O> | ForeignAnswer;

export interface RegisterOptions {
  /**
   * What the body's schema cannot say, told together with the schema's faults. It is given any JSON, also what the
   * schema refuses; a field that the schema has named is not named again.
   */
  readonly refineBody?: (body: unknown) => readonly InvalidField[];
  /**
   * Turns a caller away before the request's body is read and checked, which is most of what a request costs.
   * @throws AppError
   */
  readonly checkEarly?: (principal: Principal) => void;
}

const jsonMediaType = 'application/json; charset=utf-8';

/**
 * Serves one operation of the contracts: its access, media types, checks and answers follow from the description.
 * An unexpected error becomes a 500 without details; the handler's time is bounded by the server's.
 */
export function registerOperation<const O extends Operation>(
  server: HttpServer,
  operation: O,
  handler: NoInfer<OperationHandler<O>>,
  { refineBody, checkEarly }: RegisterOptions = {},
): void {
  const validate = requestValidation(operation, refineBody);
  const answerType = operation.responseMediaType === 'text/html' ? 'text/html; charset=utf-8' : jsonMediaType;
  const { log, inFlight } = server;

  const answerOf = async (request: FastifyRequest, reply: FastifyReply) => {
    const given = new OperationRequest<O>(validate(request), request, reply, log);
    const ended = inFlight.begin((error) => {
      given.cancel(error);
      if (!reply.sent) sendProblem(error, request, reply, log);
    });
    try {
      return await handler(given);
    } finally {
      ended();
    }
  };
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    try {
      const answer = await answerOf(request, reply);
      if (reply.sent) return;
      // The connection would otherwise stay open, and hold up the stop.
      if (server.closing.aborted) reply.header('connection', 'close');
      sendAnswer(reply, answer as Answer<Operation> | ForeignAnswer, answerType);
    } catch (error) {
      if (!reply.sent) sendProblem(error, request, reply, log);
      else log.debug({ err: error, requestId: request.id }, 'failed after its answer');
    }
  };
  const route = (request: FastifyRequest, reply: FastifyReply) => {
    void inTraceOf(request, () => handle(request, reply));
    return reply;
  };
  addRoute(server, operation, route, checkEarly === undefined ? [] : [earlyHook(checkEarly)]);
}

/** What every kind of operation has in common: path, access, media type, a line in the OpenAPI document. */
export function addRoute(
  server: HttpServer,
  operation: Operation,
  handler: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
  afterAccess: readonly onRequestHookHandler[] = [],
): void {
  const access = accessHook(operation, server.verifier);
  const refuseMediaType = mediaTypeHook(operation);
  server.operations.push(operation);
  server.fastify.route({
    method: operation.method,
    url: operation.path,
    exposeHeadRoute: operation.method === 'GET',
    onRequest: [refuseMediaType, ...(access === undefined ? [] : [access]), ...afterAccess],
    handler,
  });
}

function earlyHook(check: (principal: Principal) => void): onRequestHookHandler {
  return (request, _reply, done) => {
    const principal = principalOfRequest(request);
    try {
      if (principal !== undefined) check(principal);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}

/** The trace goes on from the caller's `traceparent`, or begins here; a running OpenTelemetry span is left alone. */
export function inTraceOf<T>(request: FastifyRequest, work: () => T): T {
  if (currentTrace() !== undefined) return work();
  return runInTrace(continuedTrace(parseTraceparent(request.headers.traceparent)), work);
}

function mediaTypeHook({ body, bodyMediaType = 'application/json' }: Operation) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => {
    const given = request.headers['content-type'];
    if (body === undefined || given === undefined || isMediaType(given, bodyMediaType)) return done();
    done(new AppError('unsupported-media-type', `the body must be ${bodyMediaType}`));
  };
}

function isMediaType(given: string, wanted: string): boolean {
  if (given === wanted) return true;
  const [essence = '', ...parameters] = given.toLowerCase().split(';');
  const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
  return essence.trim() === wanted && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
}

function sendAnswer(reply: FastifyReply, answer: Answer<Operation> | ForeignAnswer, answerType: string): void {
  reply.code(answer instanceof ForeignAnswer ? answer.statusCode : answer.status);
  if (answer.headers !== undefined) reply.headers(answer.headers);
  if (answer instanceof ForeignAnswer) {
    reply.header('content-type', answer.mediaType).send(answer.body);
    return;
  }
  const { body } = answer as { readonly body?: unknown };
  if (body === undefined) reply.send();
  else if (typeof body === 'string' && answerType !== jsonMediaType) reply.type(answerType).send(body);
  else reply.header('content-type', answerType).send(JSON.stringify(body));
}
