/** The part of JSON Schema that our contracts use. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
}

/** What a schema wants, for a person: `a number above 0 and up to 50 (kilograms)`. */
export function expectedOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.description ?? schema.anyOf.map(expectedOf).join(' or ');
  switch (schema.type) {
    case 'string':
      return textWords(schema);
    case 'integer':
      return numberWords('an integer', schema);
    case 'number':
      return numberWords('a number', schema);
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `a list${rangeWords(schema.minItems, schema.maxItems, 'items')}`;
    case 'object':
      return schema.minProperties === undefined ? 'an object' : `an object with at least ${schema.minProperties} field`;
    default:
      return schema.description ?? 'another value';
  }
}

function textWords({ description, format, minLength, maxLength }: JsonSchema): string {
  if (format === 'date-time') return description ?? 'an RFC 3339 date-time with a zone';
  const what = format === undefined ? 'a text' : format === 'uri' ? 'an address (URI)' : `an ${format} address`;
  const words = `${what}${rangeWords(minLength, maxLength, 'characters')}`;
  return description === undefined ? words : `${words}: ${description}`;
}

function rangeWords(min: number | undefined, max: number | undefined, of: string): string {
  if (min !== undefined && min > 0)
    return max === undefined ? ` of at least ${min} ${of}` : ` of ${min} to ${max} ${of}`;
  return max === undefined ? '' : ` of at most ${max} ${of}`;
}

function numberWords(what: string, schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, description } = schema;
  const bounds = [
    minimum === undefined ? '' : `from ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined ? '' : `up to ${maximum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ].filter((bound) => bound !== '');
  const range = bounds.length === 0 ? '' : ` ${bounds.join(' and ').replace(/^(from \S+) and up to/, '$1 to')}`;
  return `${what}${range}${description === undefined ? '' : ` (${description})`}`;
}
