import { DecodeError } from './amqp-reader.ts';

const nestingMax = 32;
/** Elements without bytes of their own, such as an array of nulls: a few bytes could claim billions of them. */
const emptyElementsMax = 1_024;

const mapCodes: readonly number[] = [0xc1, 0xd1];

/** Widths by the high half of a constructor byte (AMQP 1.0, part 1, section 1.2). */
const fixedWidths = [-1, -1, -1, -1, 0, 1, 2, 4, 8, 16] as const;

/**
 * Walks one encoded value, whatever it holds, and answers where it ends. What passes can be decoded without more
 * memory or depth than its bytes account for.
 * @throws DecodeError
 */
export function assertWellformed(buffer: Buffer, start: number, end: number): number {
  return value(buffer, start, end, 0);
}

function value(buffer: Buffer, start: number, end: number, depth: number): number {
  const code = byteAt(buffer, start, end);
  if (code !== 0) return body(buffer, code, start + 1, end, depth);
  const described = value(buffer, start + 1, end, deeper(depth));
  return value(buffer, described, end, deeper(depth));
}

/** What follows the constructor byte. */
function body(buffer: Buffer, code: number, start: number, end: number, depth: number): number {
  const high = code >> 4;
  const width = fixedWidths[high];
  if (width !== undefined && width >= 0) return within(start + width, end);
  if (high < 0xa) throw new DecodeError(`unknown type 0x${code.toString(16)}`);
  const wide = high % 2 === 1;
  const sizeBytes = wide ? 4 : 1;
  within(start + sizeBytes, end);
  const size = wide ? buffer.readUInt32BE(start) : buffer.readUInt8(start);
  const last = within(start + sizeBytes + size, end);
  if (high < 0xc) return last;
  const countAt = start + sizeBytes;
  within(countAt + sizeBytes, last);
  const count = wide ? buffer.readUInt32BE(countAt) : buffer.readUInt8(countAt);
  if (mapCodes.includes(code) && count % 2 === 1) throw new DecodeError('a map has a key without a value');
  const elementsAt = countAt + sizeBytes;
  if (high < 0xe) elements(buffer, count, elementsAt, last, deeper(depth));
  else array(buffer, count, elementsAt, last, deeper(depth));
  return last;
}

function elements(buffer: Buffer, count: number, start: number, end: number, depth: number): void {
  let at = start;
  for (let index = 0; index < count; index++) at = value(buffer, at, end, depth);
  assertEnd(at, end);
}

/** All elements share one constructor, which may be described. */
function array(buffer: Buffer, count: number, start: number, end: number, depth: number): void {
  let at = start;
  if (byteAt(buffer, at, end) === 0) at = value(buffer, at + 1, end, depth);
  const code = byteAt(buffer, at, end);
  if (code === 0) throw new DecodeError('described twice');
  if (code >> 4 === 4 && count > emptyElementsMax) throw new DecodeError(`an array of ${count} elements without bytes`);
  at++;
  for (let index = 0; index < count; index++) at = body(buffer, code, at, end, depth);
  assertEnd(at, end);
}

/** Bytes behind the last element would be taken for whatever follows, by those who count elements. */
function assertEnd(at: number, end: number): void {
  if (at < end) throw new DecodeError('the value ends late');
}

function byteAt(buffer: Buffer, at: number, end: number): number {
  within(at + 1, end);
  return buffer.readUInt8(at);
}

function within(at: number, end: number): number {
  if (at > end) throw new DecodeError('the value ends early');
  return at;
}

function deeper(depth: number): number {
  if (depth >= nestingMax) throw new DecodeError('nested too deeply');
  return depth + 1;
}
