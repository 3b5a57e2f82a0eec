import rhea from 'rhea';
import { AmqpReader } from '../codec/amqp-reader.ts';
import { sectionCode } from '../codec/section-code.ts';
import { BrokerError } from '../core/broker-error.ts';
import { amqpError, statusOf } from './conditions.ts';

const { message: codec, types } = rhea;

/** A request to `$cbs` or a `$management` node. */
export interface Request {
  readonly messageId: string | number | Buffer | undefined;
  readonly replyTo: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** @throws BrokerError `malformed-message` */
export function decodeRequest(payload: Buffer): Request {
  try {
    const decoded = codec.decode(payload);
    return {
      messageId: decoded.message_id,
      replyTo: String(decoded.reply_to ?? ''),
      properties: decoded.application_properties ?? {},
      body: decoded.body,
    };
  } catch (error) {
    throw new BrokerError('malformed-message', 'The request cannot be decoded.', { cause: error });
  }
}

/** Of a request whose end is missing: who asks, as far as its beginning says so. */
export function decodeBeginning(beginning: Buffer): Request | undefined {
  try {
    return decodeRequest(beginning.subarray(0, endOfProperties(beginning)));
  } catch {
    return undefined;
  }
}

/** @throws DecodeError when they are not complete */
function endOfProperties(encoded: Buffer): number {
  const reader = new AmqpReader(encoded);
  while (reader.readDescriptor() !== sectionCode.properties) reader.skipValue();
  reader.skipValue();
  return reader.offset;
}

/** The two nodes name the same things differently. */
const names = {
  cbs: { status: 'status-code', description: 'status-description' },
  management: { status: 'statusCode', description: 'statusDescription' },
} as const;

export type RequestNode = keyof typeof names;

export function encodeResponse(node: RequestNode, request: Request, status: number, body: unknown): Buffer {
  return encode(node, request, { status, description: status === 202 ? 'Accepted' : 'OK' }, body, {});
}

export function encodeFailure(node: RequestNode, request: Request, failure: BrokerError): Buffer {
  const { condition, description } = amqpError(failure);
  const more = { errorCondition: types.wrap_symbol(condition) };
  return encode(node, request, { status: statusOf(failure), description }, undefined, more);
}

interface Status {
  readonly status: number;
  readonly description: string;
}

function encode(
  node: RequestNode,
  request: Request,
  { status, description }: Status,
  body: unknown,
  more: object,
): Buffer {
  const { status: statusName, description: descriptionName } = names[node];
  return codec.encode({
    correlation_id: request.messageId,
    application_properties: {
      [statusName]: types.wrap_int(status),
      [descriptionName]: description,
      ...more,
    },
    body,
  });
}
