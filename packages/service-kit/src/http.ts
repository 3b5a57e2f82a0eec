export { type BulkItemHandler, registerBulk } from './http/bulk-route.ts';
export {
  type EventStream,
  type EventStreamOptions,
  registerEventStream,
  type StreamWork,
} from './http/event-stream.ts';
export { ForeignAnswer } from './http/foreign-answer.ts';
export type { OperationRequest } from './http/operation-request.ts';
export {
  type Answer,
  type AnswerHeaders,
  type OperationHandler,
  type RegisterOptions,
  registerOperation,
} from './http/operation-route.ts';
export { problemOf, sendProblem } from './http/problem.ts';
export { validationFailed } from './http/request-validation.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http/server.ts';
export type { TurnAway } from './http/turn-away.ts';
