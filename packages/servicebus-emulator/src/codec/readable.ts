import { AmqpReader, DecodeError } from './amqp-reader.ts';
import { sectionCode } from './section-code.ts';
import { assertWellformed } from './wellformed.ts';

const listCodes: readonly number[] = [0x45, 0xc0, 0xd0];
const mapCodes: readonly number[] = [0xc1, 0xd1];

/** What the broker itself reads, and as what. */
const compounds: ReadonlyMap<number, readonly number[]> = new Map([
  [sectionCode.header, listCodes],
  [sectionCode.deliveryAnnotations, mapCodes],
  [sectionCode.messageAnnotations, mapCodes],
  [sectionCode.properties, listCodes],
  [sectionCode.applicationProperties, mapCodes],
]);

/**
 * Walks a message to its end. Rules, changes and dead-lettering read it later, at a moment when no sender is left to
 * be told that it cannot be read.
 * @throws DecodeError
 */
export function assertReadable(encoded: Buffer): void {
  const reader = new AmqpReader(encoded);
  while (!reader.done) {
    const section = reader.readDescriptor();
    const codes = compounds.get(section);
    if (codes?.includes(encoded[reader.offset] ?? -1) === false)
      throw new DecodeError(`the section 0x${section.toString(16)} is of another type`);
    reader.offset = assertWellformed(encoded, reader.offset, encoded.length);
  }
}
