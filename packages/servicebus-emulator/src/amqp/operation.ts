import type { Broker } from '../broker/broker.ts';
import type { AmqpLimits } from './limits.ts';
import type { RequestBody } from './request-body.ts';

export interface OperationContext {
  readonly broker: Broker;
  /** The entity whose management node it is. */
  readonly path: string;
  readonly limits: AmqpLimits;
  /** The link on whose behalf the client asks; undefined when it does not say. */
  readonly linkName: string | undefined;
}

/** What a management request asks for. Answers the response's body; undefined means that there is nothing to tell. */
export type Operation = (context: OperationContext, body: RequestBody) => object | undefined;
