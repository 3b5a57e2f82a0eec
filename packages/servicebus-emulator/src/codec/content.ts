import { AmqpReader, DecodeError } from './amqp-reader.ts';
import { withMessageId } from './message-id.ts';
import { assertReadable } from './readable.ts';
import { sectionCode } from './section-code.ts';

/**
 * What a sender gave, split once at arrival. `bare` (properties, application properties, body, footer) is stored and
 * delivered as the very bytes that came; only header and annotations are written anew.
 */
export interface Content {
  readonly durable: boolean;
  readonly priority: number;
  readonly timeToLiveMs: number | undefined;
  /** Encoded keys and values of the sender's own message annotations, without the map's head. */
  readonly annotations: Buffer;
  readonly bare: Buffer;
}

/** A message as it arrived: its content, and what the broker needs to know of it. */
export interface Arrival {
  readonly content: Content;
  /** With its type, so that the string "1" and the number 1 stay two ids. */
  readonly messageId: string | undefined;
  readonly scheduledAtMs: number | undefined;
}

/** Set by the broker alone; a message that is sent again must not carry the old ones. */
const brokerAnnotations: ReadonlySet<string> = new Set([
  'x-opt-sequence-number',
  'x-opt-enqueue-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-deadletter-source',
]);

const nothing = Buffer.alloc(0);

interface Draft {
  durable: boolean;
  priority: number;
  timeToLiveMs: number | undefined;
  annotations: Buffer;
  scheduledAtMs: number | undefined;
}

/**
 * @param encoded one message, in AMQP encoding
 * @param newMessageId names a message whose sender did not: clients rely on an id
 * @throws DecodeError when it is not one
 */
export function splitMessage(encoded: Buffer, newMessageId: () => string): Arrival {
  assertReadable(encoded);
  const reader = new AmqpReader(encoded);
  const draft: Draft = {
    durable: false,
    priority: 4,
    timeToLiveMs: undefined,
    annotations: nothing,
    scheduledAtMs: undefined,
  };
  const bareAt = readHead(reader, draft);
  const { scheduledAtMs, ...rest } = draft;
  const arrived = encoded.subarray(bareAt);
  const messageId = messageIdOf(arrived);
  // A copy: a view would keep the whole network read alive for as long as the message is stored.
  const bare = messageId === undefined ? withMessageId(arrived, newMessageId()) : Buffer.from(arrived);
  return { content: { ...rest, bare }, scheduledAtMs, messageId };
}

function readHead(reader: AmqpReader, draft: Draft): number {
  while (!reader.done) {
    const at = reader.offset;
    const code = reader.readDescriptor();
    if (code === sectionCode.header) readHeader(reader, draft);
    else if (code === sectionCode.messageAnnotations) readAnnotations(reader, draft);
    else if (code === sectionCode.deliveryAnnotations) reader.skipValue();
    else if (code >= sectionCode.properties && code <= 0x78) return at;
    else throw new DecodeError(`unknown message section 0x${code.toString(16)}`);
  }
  throw new DecodeError('the message has no body');
}

function readHeader(reader: AmqpReader, draft: Draft): void {
  const count = reader.readCount();
  for (let index = 0; index < count; index++) {
    const value = reader.readScalar();
    if (index === 0) draft.durable = value === true;
    else if (index === 1 && typeof value === 'number') draft.priority = value;
    else if (index === 2 && typeof value === 'number') draft.timeToLiveMs = value;
  }
}

function readAnnotations(reader: AmqpReader, draft: Draft): void {
  const kept: Buffer[] = [];
  const count = reader.readCount();
  for (let index = 0; index + 1 < count; index += 2) {
    const start = reader.offset;
    const key = reader.readScalar();
    const valueAt = reader.offset;
    reader.skipValue();
    if (key === 'x-opt-scheduled-enqueue-time') draft.scheduledAtMs = readTime(reader.buffer, valueAt);
    if (typeof key === 'string' && !brokerAnnotations.has(key)) kept.push(reader.buffer.subarray(start, reader.offset));
  }
  draft.annotations = kept.length === 0 ? nothing : Buffer.concat(kept);
}

function readTime(buffer: Buffer, offset: number): number | undefined {
  const value = new AmqpReader(buffer, offset).readScalar();
  return value instanceof Date ? value.getTime() : undefined;
}

/** What tells duplicates apart; undefined without a message id. */
export function messageIdOf(bare: Buffer): string | undefined {
  const reader = new AmqpReader(bare);
  if (reader.readDescriptor() !== sectionCode.properties || reader.readCount() === 0) return undefined;
  return identify(reader);
}

function identify(reader: AmqpReader): string | undefined {
  const value = reader.readScalar();
  if (value === null) return undefined;
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? `bytes:${value.toString('hex')}` : `${typeof value}:${String(value)}`;
}
