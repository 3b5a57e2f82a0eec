import { DecodeError } from '../codec/amqp-reader.ts';
import { assertPerformative } from './performatives.ts';

const headerBytes = 8;
/** 'AMQP' at the place of a frame's size. */
const protocolName = 0x414d5150;

/**
 * Looks at what a client has sent before rhea does, which believes every size and count that it reads.
 * @param buffer begins with a frame or a protocol header; what is incomplete at its end is judged by its size alone
 * @throws DecodeError
 */
export function guardFrames(buffer: Buffer, frameBytesMax: number): void {
  let at = 0;
  while (buffer.length - at >= 4) {
    const size = buffer.readUInt32BE(at);
    if (size === protocolName && (at === 0 || at === headerBytes)) {
      at += headerBytes;
      continue;
    }
    if (size < headerBytes) throw new DecodeError(`a frame of ${size} bytes is too small`);
    if (size > frameBytesMax) throw new DecodeError(`a frame of ${size} bytes is too large`);
    if (buffer.length - at < size) return;
    guardFrame(buffer, at, at + size);
    at += size;
  }
}

/** The performative alone: a message's own bytes are read with care elsewhere. */
function guardFrame(buffer: Buffer, start: number, end: number): void {
  const bodyAt = start + 4 * buffer.readUInt8(start + 4);
  if (bodyAt < start + headerBytes || bodyAt > end) throw new DecodeError('the frame begins outside of itself');
  if (bodyAt < end) assertPerformative(buffer, bodyAt, end);
}
