import { AmqpReader, type AmqpScalar } from './amqp-reader.ts';
import { encodeMap, encodeScalar, encodeString } from './amqp-writer.ts';
import { sectionCode } from './section-code.ts';

/** By name, the way filters and settlements speak of them. */
export type ApplicationProperties = ReadonlyMap<string, AmqpScalar>;

/** The system properties that a correlation filter can compare. */
export interface SystemProperties {
  readonly messageId?: AmqpScalar;
  readonly to?: AmqpScalar;
  readonly label?: AmqpScalar;
  readonly replyTo?: AmqpScalar;
  readonly correlationId?: AmqpScalar;
  readonly contentType?: AmqpScalar;
  readonly sessionId?: AmqpScalar;
  readonly replyToSessionId?: AmqpScalar;
}

/** In the order of the AMQP properties section (part 3, section 3.2.4). */
const propertyNames = [
  'messageId',
  undefined,
  'to',
  'label',
  'replyTo',
  'correlationId',
  'contentType',
  undefined,
  undefined,
  undefined,
  'sessionId',
  undefined,
  'replyToSessionId',
] as const satisfies readonly (keyof SystemProperties | undefined)[];

export function readSystemProperties(bare: Buffer): SystemProperties {
  const reader = new AmqpReader(bare);
  const found: { -readonly [name in keyof SystemProperties]: SystemProperties[name] } = {};
  if (reader.readDescriptor() !== sectionCode.properties) return found;
  const count = Math.min(reader.readCount(), propertyNames.length);
  for (let index = 0; index < count; index++) {
    const value = reader.readScalar();
    const name = propertyNames[index];
    if (name !== undefined && value !== null) found[name] = value;
  }
  return found;
}

export function readApplicationProperties(bare: Buffer): ApplicationProperties {
  const reader = seekApplicationProperties(bare);
  const found = new Map<string, AmqpScalar>();
  if (reader === undefined) return found;
  const count = reader.readCount();
  for (let index = 0; index + 1 < count; index += 2) found.set(String(reader.readScalar()), reader.readScalar());
  return found;
}

/** The same bytes with some application properties set; the others keep their encoding. */
export function withApplicationProperties(bare: Buffer, changes: ApplicationProperties): Buffer {
  if (changes.size === 0) return bare;
  const { before, entries, count, after } = takeApart(bare, changes);
  for (const [name, value] of changes) entries.push(encodeString(name), encodeScalar(value));
  const section = encodeMap(entries, count + changes.size * 2);
  return Buffer.concat([before, Buffer.of(0x00, 0x53, sectionCode.applicationProperties), section, after]);
}

interface Parts {
  readonly before: Buffer;
  readonly entries: Buffer[];
  readonly count: number;
  readonly after: Buffer;
}

function takeApart(bare: Buffer, changes: ApplicationProperties): Parts {
  const reader = new AmqpReader(bare);
  const beginning = skipProperties(reader);
  if (!startsApplicationProperties(reader)) {
    return { before: bare.subarray(0, beginning), entries: [], count: 0, after: bare.subarray(beginning) };
  }
  const entries: Buffer[] = [];
  const count = reader.readCount();
  for (let index = 0; index + 1 < count; index += 2) {
    const start = reader.offset;
    const name = String(reader.readScalar());
    reader.skipValue();
    if (!changes.has(name)) entries.push(bare.subarray(start, reader.offset));
  }
  const after = bare.subarray(reader.offset);
  return { before: bare.subarray(0, beginning), count: entries.length * 2, entries, after };
}

function seekApplicationProperties(bare: Buffer): AmqpReader | undefined {
  const reader = new AmqpReader(bare);
  skipProperties(reader);
  return startsApplicationProperties(reader) ? reader : undefined;
}

/** Moves past the properties section, where there is one, and answers where the next begins. */
function skipProperties(reader: AmqpReader): number {
  const start = reader.offset;
  if (reader.readDescriptor() === sectionCode.properties) reader.skipValue();
  else reader.offset = start;
  return reader.offset;
}

function startsApplicationProperties(reader: AmqpReader): boolean {
  if (reader.done) return false;
  const start = reader.offset;
  if (reader.readDescriptor() === sectionCode.applicationProperties) return true;
  reader.offset = start;
  return false;
}
