import { randomFillSync } from 'node:crypto';

const tokenBytes = 16;
const poolTokens = 256;

/** Lock tokens: random, drawn from a pool because one call for each would cost more than the rest of a delivery. */
export function createTokenSource(): () => Buffer {
  let pool = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === pool.length) {
      pool = randomFillSync(Buffer.allocUnsafeSlow(tokenBytes * poolTokens));
      used = 0;
    }
    used += tokenBytes;
    return pool.subarray(used - tokenBytes, used);
  };
}

const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/**
 * Between a delivery tag and the UUID that management requests speak of: the first three groups have their bytes the
 * other way round, as .NET lays a GUID out. It is its own inverse.
 */
export function swapGuid(token: Buffer): Buffer {
  return Buffer.from(order.map((index) => token[index] ?? 0));
}
