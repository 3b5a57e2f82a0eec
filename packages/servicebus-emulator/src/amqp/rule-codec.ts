import rhea, { type Typed } from 'rhea';
import type { SystemProperties } from '../codec/properties.ts';
import type { TypedValue } from '../codec/typed-value.ts';
import { BrokerError } from '../core/broker-error.ts';
import { fromLiteral, type Literal, toLiteral } from '../core/literal.ts';
import type { FilterDefinition, RuleDefinition, SqlDefinition } from '../core/rule-definition.ts';
import { checkShortName } from '../core/short-name.ts';
import { asMap } from './request-body.ts';

const { types } = rhea;

type Fields = Readonly<Record<string, unknown>>;

/** Descriptors of rules and their parts, as clients know them. */
const descriptors = {
  rule: 0x13700000004,
  emptyAction: 0x13700000005,
  sqlAction: 0x13700000006,
  sqlFilter: 0x1370000006,
  trueFilter: 0x1370000007,
  falseFilter: 0x1370000008,
  correlationFilter: 0x1370000009,
} as const;

/** In the order in which a described correlation filter has them, and as add-rule names them. */
const systemFields = [
  ['correlationId', 'correlation-id'],
  ['messageId', 'message-id'],
  ['to', 'to'],
  ['replyTo', 'reply-to'],
  ['label', 'label'],
  ['sessionId', 'session-id'],
  ['replyToSessionId', 'reply-to-session-id'],
  ['contentType', 'content-type'],
] as const satisfies readonly (readonly [keyof SystemProperties, string])[];

/**
 * A rule as add-rule describes it.
 * @throws BrokerError `argument-invalid`
 */
export function readRule(name: string, description: Fields): RuleDefinition {
  const filter = readFilter(description);
  const action = description['sql-rule-action'];
  const rule = { name: checkShortName(name), filter };
  return isGiven(action) ? { ...rule, action: readSql(asMap(action, 'sql-rule-action')) } : rule;
}

function readFilter(description: Fields): FilterDefinition {
  const [sql, correlation] = [description['sql-filter'], description['correlation-filter']];
  if (isGiven(sql)) return { kind: 'sql', ...readSql(asMap(sql, 'sql-filter')) };
  if (isGiven(correlation)) return readCorrelation(asMap(correlation, 'correlation-filter'));
  throw new BrokerError('argument-invalid', "The rule has neither 'sql-filter' nor 'correlation-filter'.");
}

function readSql({ expression }: Fields): SqlDefinition {
  if (typeof expression === 'string') return { expression, parameters: {} };
  throw new BrokerError('argument-invalid', "'expression' is not a string.");
}

function readCorrelation(fields: Fields): FilterDefinition {
  const system = systemFields.flatMap(([name, field]) => {
    const value = fields[field];
    if (!isGiven(value)) return [];
    if (typeof value === 'string') return [[name, value] as const];
    throw new BrokerError('argument-invalid', `'${field}' is not a string.`);
  });
  const application = Object.entries(isGiven(fields.properties) ? asMap(fields.properties, 'properties') : {}).map(
    ([name, value]) => [name, asLiteral(name, value)] as const,
  );
  return {
    kind: 'correlation',
    system: Object.fromEntries(system),
    application: Object.fromEntries(application),
  };
}

function asLiteral(name: string, value: unknown): Literal {
  const typed = typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value;
  const literal = isScalar(typed) ? toLiteral(typed) : undefined;
  if (literal !== undefined) return literal;
  throw new BrokerError('argument-invalid', `The property '${name}' has a type that no filter compares.`);
}

function isScalar(value: unknown): value is Exclude<TypedValue, Buffer | null> {
  return ['string', 'bigint', 'number', 'boolean'].includes(typeof value) || value instanceof Date;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** A rule as enumerate-rules answers it. */
export function encodeRule({ name, filter, action }: RuleDefinition): Typed {
  const encodedAction =
    action === undefined
      ? describe([], descriptors.emptyAction)
      : describe([action.expression, 20], descriptors.sqlAction);
  return describe([encodeFilter(filter), encodedAction, name], descriptors.rule);
}

function encodeFilter(filter: FilterDefinition): Typed {
  switch (filter.kind) {
    case 'true':
      return describe([], descriptors.trueFilter);
    case 'false':
      return describe([], descriptors.falseFilter);
    case 'sql':
      return describe([filter.expression, 20], descriptors.sqlFilter);
    case 'correlation': {
      const system = systemFields.map(([property]) => filter.system[property] ?? null);
      const application = Object.entries(filter.application).map(([key, literal]) => [key, encodeLiteral(literal)]);
      return describe([...system, types.wrap_map(Object.fromEntries(application))], descriptors.correlationFilter);
    }
  }
}

function encodeLiteral(literal: Literal): unknown {
  const value = fromLiteral(literal);
  if (literal.type === 'double') return types.wrap_double(value);
  if (literal.type === 'long') return types.wrap_long(Number(value));
  return literal.type === 'guid' ? types.wrap_uuid(literal.text) : value;
}

function describe(fields: readonly unknown[], descriptor: number): Typed {
  return types.wrap_described(types.wrap_list(fields), descriptor);
}
