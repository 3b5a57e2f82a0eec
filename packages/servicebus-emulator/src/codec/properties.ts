import { AmqpReader, type AmqpScalar } from './amqp-reader.ts';
import { encodeList, encodeMap, encodeScalar, encodeString, encodeSymbol } from './amqp-writer.ts';
import { sectionCode } from './section-code.ts';
import { encodeTypedValue, readTypedValue, type TypedValue } from './typed-value.ts';

/** By name, the way settlements speak of them. */
export type ApplicationProperties = ReadonlyMap<string, AmqpScalar>;

/** By name, the way filters and actions speak of them. */
export type TypedProperties = ReadonlyMap<string, TypedValue>;

export const noChanges: ApplicationProperties = new Map();

/** The system properties that filters compare and actions change. */
export interface SystemProperties {
  readonly messageId?: TypedValue;
  readonly to?: TypedValue;
  readonly label?: TypedValue;
  readonly replyTo?: TypedValue;
  readonly correlationId?: TypedValue;
  readonly contentType?: TypedValue;
  readonly sessionId?: TypedValue;
  readonly replyToSessionId?: TypedValue;
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
    const value = readTypedValue(reader);
    const name = propertyNames[index];
    if (name !== undefined && value !== null) found[name] = value;
  }
  return found;
}

/** How many bytes the sections of properties take. */
export function sizesOfProperties(bare: Buffer): { readonly system: number; readonly application: number } {
  const reader = new AmqpReader(bare);
  const system = skipProperties(reader);
  if (!startsApplicationProperties(reader)) return { system, application: 0 };
  reader.skipValue();
  return { system, application: reader.offset - system };
}

/** The session that a message names; undefined for none. */
export function readSessionId(bare: Buffer): string | undefined {
  const { sessionId } = readSystemProperties(bare);
  return typeof sessionId === 'string' ? sessionId : undefined;
}

export function readApplicationProperties(bare: Buffer): TypedProperties {
  const reader = seekApplicationProperties(bare);
  const found = new Map<string, TypedValue>();
  if (reader === undefined) return found;
  const count = reader.readCount();
  for (let index = 0; index + 1 < count; index += 2) found.set(String(reader.readScalar()), readTypedValue(reader));
  return found;
}

/** The same bytes with some application properties set; the others keep their encoding. */
export function withApplicationProperties(bare: Buffer, changes: ApplicationProperties): Buffer {
  const encoded = new Map([...changes].map(([name, value]) => [name, encodeScalar(value)]));
  return changes.size === 0 ? bare : withEncodedApplicationProperties(bare, encoded);
}

/** What an action changes; undefined takes a property away. */
export interface PropertyChanges {
  readonly system: ReadonlyMap<keyof SystemProperties, string | undefined>;
  readonly application: ReadonlyMap<string, TypedValue | undefined>;
}

/** The same bytes with some properties set or taken away; the others keep their encoding. */
export function withProperties(bare: Buffer, { system, application }: PropertyChanges): Buffer {
  const encode = (value: TypedValue | undefined) => (value === undefined ? undefined : encodeTypedValue(value));
  const encoded = new Map([...application].map(([name, value]) => [name, encode(value)]));
  const changed = system.size === 0 ? bare : withSystemProperties(bare, system);
  return encoded.size === 0 ? changed : withEncodedApplicationProperties(changed, encoded);
}

function withSystemProperties(bare: Buffer, changes: PropertyChanges['system']): Buffer {
  const reader = new AmqpReader(bare);
  const elements = readProperties(reader);
  for (const [name, value] of changes) {
    const index = propertyNames.indexOf(name);
    while (elements.length <= index) elements.push(encodeScalar(null));
    elements[index] = encodeProperty(name, value);
  }
  const section = encodeList(elements, elements.length);
  return Buffer.concat([Buffer.of(0x00, 0x53, sectionCode.properties), section, bare.subarray(reader.offset)]);
}

/** The elements of the properties section as they are encoded; the reader ends behind the section. */
function readProperties(reader: AmqpReader): Buffer[] {
  const elements: Buffer[] = [];
  if (reader.readDescriptor() !== sectionCode.properties) {
    reader.offset = 0;
    return elements;
  }
  for (let count = reader.readCount(); count > 0; count--) {
    const start = reader.offset;
    reader.skipValue();
    elements.push(reader.buffer.subarray(start, reader.offset));
  }
  return elements;
}

function encodeProperty(name: keyof SystemProperties, value: string | undefined): Buffer {
  if (value === undefined) return encodeScalar(null);
  return name === 'contentType' ? encodeSymbol(value) : encodeString(value);
}

/** Values are encoded; undefined takes a property away. */
function withEncodedApplicationProperties(bare: Buffer, changes: ReadonlyMap<string, Buffer | undefined>): Buffer {
  const { before, entries, after } = takeApart(bare, changes);
  for (const [name, value] of changes)
    if (value !== undefined) entries.push(Buffer.concat([encodeString(name), value]));
  const section = encodeMap(entries, entries.length * 2);
  return Buffer.concat([before, Buffer.of(0x00, 0x53, sectionCode.applicationProperties), section, after]);
}

interface Parts {
  readonly before: Buffer;
  /** A name and its value each. */
  readonly entries: Buffer[];
  readonly after: Buffer;
}

function takeApart(bare: Buffer, changes: ReadonlyMap<string, unknown>): Parts {
  const reader = new AmqpReader(bare);
  const beginning = skipProperties(reader);
  const entries: Buffer[] = [];
  if (!startsApplicationProperties(reader))
    return { before: bare.subarray(0, beginning), entries, after: bare.subarray(beginning) };
  const count = reader.readCount();
  for (let index = 0; index + 1 < count; index += 2) {
    const start = reader.offset;
    const name = String(reader.readScalar());
    reader.skipValue();
    if (!changes.has(name)) entries.push(bare.subarray(start, reader.offset));
  }
  return { before: bare.subarray(0, beginning), entries, after: bare.subarray(reader.offset) };
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
