import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface ScryptCost {
  /** Binary logarithm of the work factor N. */
  readonly logN: number;
  readonly blockSize: number;
  readonly parallelism: number;
}

/**
 * 4 MiB and about 20 ms. The secrets that we make have 256 random bits, so that no guesser needs to be slowed more; the
 * memory stays low because each thread's share of the heap remains with the process: 16 MiB here cost it 50 MB for good.
 */
const defaultCost: ScryptCost = { logN: 12, blockSize: 8, parallelism: 2 };
const hashBytes = 32;
const saltBytes = 16;
const form = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{1,64})\$([\w-]{1,128})$/;

/** @returns `scrypt$logN$r$p$salt$hash`, the last two in base64url: the cost can rise without a migration. */
export async function hashSecret(secret: string, cost: ScryptCost = defaultCost): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(secret, salt, hashBytes, cost);
  const { logN, blockSize, parallelism } = cost;
  return ['scrypt', logN, blockSize, parallelism, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** @throws when the stored text is not of the form that `hashSecret` makes. */
export async function verifySecret(secret: string, stored: string): Promise<boolean> {
  const [, logN, blockSize, parallelism, salt, hash] = form.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) throw new Error('a stored secret hash cannot be read');
  const cost = { logN: Number(logN), blockSize: Number(blockSize), parallelism: Number(parallelism) };
  const expected = Buffer.from(hash, 'base64url');
  return timingSafeEqual(await derive(secret, Buffer.from(salt, 'base64url'), expected.length, cost), expected);
}

function derive(secret: string, salt: Buffer, length: number, cost: ScryptCost): Promise<Buffer> {
  const options = { N: 2 ** cost.logN, r: cost.blockSize, p: cost.parallelism, maxmem: 256 * 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(secret.normalize('NFC'), salt, length, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
