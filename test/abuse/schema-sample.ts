import type { SeededRandom } from '@dronedelivery/testing';

/** The part of JSON Schema that the contracts use. */
export interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
}

const hourMs = 3_600_000;
const textOfPattern: Readonly<Record<string, (random: SeededRandom) => string>> = {
  '^[A-Za-z0-9][A-Za-z0-9._~-]*$': (random) => `x${word(random)}`,
  '^[A-Za-z0-9][A-Za-z0-9._-]*$': (random) => `${word(random)}.js`,
  '^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)?$': () => 'delivery-requests-parked',
  '^\\d{1,20}$': (random) => String(random.integer(1, 1e9)),
  '^\\+[1-9]\\d{6,14}$': (random) => `+4930${random.integer(1000, 999_999)}`,
  '^https?://': (random) => `https://${word(random)}.invalid/hook`,
  '\\S': word,
};

/** A value that the schema allows. @throws Error for a form that it does not know, so that a new one gets a sample. */
export function sample(schema: JsonSchema, random: SeededRandom, name = ''): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return oneOf(schema.enum, random);
  if (schema.anyOf !== undefined) return sample(oneOf(schema.anyOf, random), random, name);
  switch (schema.type) {
    case 'object':
      return sampleObject(schema, random);
    case 'array':
      return sampleArray(schema, random);
    case 'string':
      return sampleText(schema, random, name);
    case 'integer':
      return random.integer(schema.minimum ?? 0, Math.min(schema.maximum ?? 1000, (schema.minimum ?? 0) + 1000));
    case 'number':
      return sampleNumber(schema, random);
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    default:
      throw new Error(`No sample is known for ${JSON.stringify(schema)}`);
  }
}

function sampleObject({ properties = {}, required = [], minProperties = 0 }: JsonSchema, random: SeededRandom) {
  const names = Object.keys(properties);
  const chosen = names.filter((name) => required.includes(name) || random() < 0.5);
  const filled = chosen.length < minProperties ? names : chosen;
  return Object.fromEntries(filled.map((name) => [name, sample(properties[name] ?? {}, random, name)]));
}

function sampleArray({ items = {}, minItems = 0, maxItems = 3, uniqueItems }: JsonSchema, random: SeededRandom) {
  const length = random.integer(minItems, Math.max(minItems, Math.min(maxItems, 3)));
  const values = Array.from({ length }, () => sample(items, random));
  return uniqueItems === true ? [...new Set(values)] : values;
}

function sampleText({ pattern, format, maxLength = 20 }: JsonSchema, random: SeededRandom, name: string): string {
  if (format === 'date-time') return sampleInstant(random, name);
  if (format === 'email') return `${word(random)}@example.com`;
  if (pattern === undefined) return word(random).slice(0, maxLength);
  if (pattern.startsWith('^\\s*')) return `${random.integer(-80, 80)}.5,${random.integer(-170, 170)}.25`;
  const make = textOfPattern[pattern];
  if (make === undefined) throw new Error(`No sample is known for the pattern ${pattern}`);
  return make(random);
}

/** A deadline lies after every pickup. */
function sampleInstant(random: SeededRandom, name: string): string {
  const fromNowMs = name === 'deadline' ? random.integer(2 * hourMs, 24 * hourMs) : random.integer(0, hourMs);
  return new Date(Date.now() + fromNowMs).toISOString();
}

function sampleNumber({ minimum, exclusiveMinimum, maximum = 1000 }: JsonSchema, random: SeededRandom): number {
  const low = minimum ?? exclusiveMinimum ?? 0;
  const high = Math.min(maximum, low + 1000);
  return Number((low + (high - low) * (0.001 + 0.998 * random())).toFixed(4));
}

function word(random: SeededRandom): string {
  return random.integer(1e6, 36 ** 6).toString(36);
}

function oneOf<T>(values: readonly T[], random: SeededRandom): T {
  const value = values[random.integer(0, values.length - 1)];
  if (value === undefined) throw new Error('There is nothing to choose from');
  return value;
}
