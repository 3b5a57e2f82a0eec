import { AmqpReader, DecodeError } from './amqp-reader.ts';
import { sectionCode } from './section-code.ts';

/** The message format by which Service Bus clients mark a batch. */
export const batchFormat = 0x80013700;

/**
 * The messages of a batch: each data section of the envelope holds one, encoded.
 * @throws DecodeError when the envelope is not one, or holds more than `messagesMax`
 */
export function splitBatch(envelope: Buffer, messagesMax: number): Buffer[] {
  const reader = new AmqpReader(envelope);
  const messages: Buffer[] = [];
  while (!reader.done) {
    if (reader.readDescriptor() !== sectionCode.data) reader.skipValue();
    else if (messages.push(reader.readBinary()) > messagesMax) throw new DecodeError('too many messages in one batch');
  }
  if (messages.length === 0) throw new DecodeError('the batch is empty');
  return messages;
}
