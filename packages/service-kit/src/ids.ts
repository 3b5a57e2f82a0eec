import { createHash, randomFillSync } from 'node:crypto';

/** A source of new ids; tests pass a counted one. */
export type NewId = () => string;

const randomBytesKept = 4096;
const pool = Buffer.alloc(randomBytesKept);
let poolOffset = randomBytesKept;
let lastMs = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562): ids sort by the time they were made, and within this process also inside one
 * millisecond (`rand_a` is a counter, method 1 of section 6.2).
 */
export const newId: NewId = () => {
  const nowMs = Math.max(Date.now(), lastMs);
  counter = nowMs === lastMs ? counter + 1 : (randomBytes(1)[0] ?? 0);
  lastMs = counter > 0xfff ? nowMs + 1 : nowMs;
  counter &= 0xfff;
  const time = lastMs.toString(16).padStart(12, '0');
  const random = randomBytes(8);
  random[0] = 0x80 | ((random[0] ?? 0) & 0x3f);
  const tail = random.toString('hex');
  const sequence = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${sequence}-${tail.slice(0, 4)}-${tail.slice(4)}`;
};

/**
 * An id of 32 hexadecimal digits that follows from its parts (SHA-256, cut): the same parts give the same id, and
 * different lists of parts never share their hashed text.
 */
export function derivedId(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('hex').slice(0, 32);
}

/** Drawing random bytes one id at a time costs more than all the rest. */
function randomBytes(count: number): Buffer {
  if (poolOffset + count > randomBytesKept) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  poolOffset += count;
  return pool.subarray(poolOffset - count, poolOffset);
}
