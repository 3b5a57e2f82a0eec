import { AmqpReader } from './amqp-reader.ts';
import { encodeList, encodeString } from './amqp-writer.ts';
import { sectionCode } from './section-code.ts';

/** The same message with `messageId` as the first of its properties, where it has none or null. */
export function withMessageId(bare: Buffer, messageId: string): Buffer {
  const reader = new AmqpReader(bare);
  if (reader.readDescriptor() !== sectionCode.properties) return join([encodeString(messageId)], 1, bare);
  const count = reader.readCount();
  if (count > 0) reader.skipValue();
  const othersAt = reader.offset;
  for (let index = 1; index < count; index++) reader.skipValue();
  const elements = [encodeString(messageId), bare.subarray(othersAt, reader.offset)];
  return join(elements, Math.max(1, count), bare.subarray(reader.offset));
}

function join(elements: readonly Buffer[], count: number, after: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x00, 0x53, sectionCode.properties), encodeList(elements, count), after]);
}
