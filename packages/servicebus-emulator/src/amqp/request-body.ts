import { BrokerError } from '../core/broker-error.ts';

const listMax = 10_000;

/** Reads the map of a management request; what is missing or of another type is `argument-invalid`. */
export class RequestBody {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(body: unknown) {
    if (typeof body !== 'object' || body === null) throw invalid('The body is not a map.');
    this.#fields = body as Readonly<Record<string, unknown>>;
  }

  integer(name: string): number {
    return toInteger(this.#fields[name], name);
  }

  /** Whatever lies outside counts as the nearest: below nothing there is no less, and in a query no end. */
  count(name: string, most: number): number {
    return Math.max(0, Math.min(this.integer(name), most));
  }

  integers(name: string): number[] {
    return this.list(name).map((value) => toInteger(value, name));
  }

  text(name: string): string | undefined {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Undefined when it is null or missing. */
  binary(name: string): Buffer | undefined {
    const value = this.#fields[name] ?? undefined;
    if (value === undefined || Buffer.isBuffer(value)) return value;
    throw invalid(`'${name}' is not binary.`);
  }

  /** In milliseconds; undefined when it is missing or beyond what a date can say. */
  time(name: string): number | undefined {
    const value = this.#fields[name];
    return value instanceof Date && Number.isFinite(value.getTime()) ? value.getTime() : undefined;
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    if (!Array.isArray(value) || value.length > listMax)
      throw invalid(`'${name}' is not a list of ${listMax} at most.`);
    return value;
  }

  map(name: string): Readonly<Record<string, unknown>> {
    return asMap(this.#fields[name] ?? {}, name);
  }

  maps(name: string): Readonly<Record<string, unknown>>[] {
    return this.list(name).map((value) => asMap(value, name));
  }
}

export function asMap(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  throw invalid(`'${name}' is not a map.`);
}

/** 64-bit integers arrive as numbers, or as 8 bytes when they exceed what a number holds. */
function toInteger(value: unknown, name: string): number {
  const number = Buffer.isBuffer(value) && value.length === 8 ? Number(value.readBigInt64BE()) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw invalid(`'${name}' is not a whole number.`);
}

function invalid(text: string): BrokerError {
  return new BrokerError('argument-invalid', text);
}
