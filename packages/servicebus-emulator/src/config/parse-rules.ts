import type { SystemProperties } from '../codec/properties.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { Literal } from '../core/literal.ts';
import { compileRule } from '../core/rule.ts';
import {
  defaultRule,
  type FilterDefinition,
  type RuleDefinition,
  type SqlDefinition,
} from '../core/rule-definition.ts';
import type { ConfigReader } from './reader.ts';

const systemNames = {
  ContentType: 'contentType',
  CorrelationId: 'correlationId',
  Label: 'label',
  MessageId: 'messageId',
  ReplyTo: 'replyTo',
  ReplyToSessionId: 'replyToSessionId',
  SessionId: 'sessionId',
  Subject: 'label',
  To: 'to',
} as const satisfies Readonly<Record<string, keyof SystemProperties>>;

/** The rules of one subscription, one that lets everything through when it declares none; problems go to the reader. */
export function parseRules(reader: ConfigReader, value: unknown, path: string): RuleDefinition[] {
  const rules = reader.list(value, path).map((rule, index) => parseRule(reader, rule, `${path}[${index}]`));
  reader.reportRepeated(rules, path);
  return rules.length > 0 ? rules : [defaultRule];
}

function parseRule(reader: ConfigReader, value: unknown, path: string): RuleDefinition {
  const fields = reader.fields(value, path, ['Name', 'Properties']);
  const name = reader.text(fields.Name, `${path}.Name`);
  if (name === undefined) reader.report(`${path}.Name`, 'expected a name');
  const at = `${path}.Properties`;
  const known = ['FilterType', 'CorrelationFilter', 'SqlFilter', 'Action'];
  const properties = reader.fields(fields.Properties, at, known);
  const action = properties.Action === undefined ? undefined : parseSql(reader, properties.Action, `${at}.Action`);
  const filter = parseFilter(reader, properties, at);
  const rule = { name: name ?? '', filter, ...(action === undefined ? {} : { action }) };
  reportMistakes(reader, rule, at);
  return rule;
}

function parseFilter(reader: ConfigReader, properties: Record<string, unknown>, at: string): FilterDefinition {
  const type = reader.oneOf(properties.FilterType, `${at}.FilterType`, ['Correlation', 'Sql'], 'Correlation');
  if (type === 'Sql') return { kind: 'sql', ...parseSql(reader, properties.SqlFilter, `${at}.SqlFilter`) };
  return parseCorrelation(reader, properties.CorrelationFilter ?? {}, `${at}.CorrelationFilter`);
}

function parseSql(reader: ConfigReader, value: unknown, path: string): SqlDefinition {
  const { SqlExpression } = reader.fields(value, path, ['SqlExpression']);
  const expression = reader.text(SqlExpression, `${path}.SqlExpression`);
  if (expression === undefined) reader.report(`${path}.SqlExpression`, 'expected an expression');
  return { expression: expression ?? '1=1', parameters: {} };
}

function reportMistakes(reader: ConfigReader, rule: RuleDefinition, path: string): void {
  try {
    compileRule(rule, () => Buffer.alloc(16));
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    reader.report(path, error.message);
  }
}

function parseCorrelation(reader: ConfigReader, value: unknown, path: string): FilterDefinition {
  const fields = reader.fields(value, path, [...Object.keys(systemNames), 'Properties']);
  const system: Partial<Record<keyof SystemProperties, string>> = {};
  for (const [name, property] of Object.entries(systemNames)) {
    const text = reader.text(fields[name], `${path}.${name}`);
    if (text !== undefined) system[property] = text;
  }
  const application = parseApplication(reader, fields.Properties ?? {}, `${path}.Properties`);
  return { kind: 'correlation', system, application };
}

function parseApplication(reader: ConfigReader, value: unknown, path: string): Record<string, Literal> {
  if (typeof value !== 'object' || value === null) {
    reader.report(path, 'expected an object');
    return {};
  }
  const application: Record<string, Literal> = {};
  for (const [name, expected] of Object.entries(value)) {
    const type = literalTypes[typeof expected];
    if (type !== undefined) application[name] = { type, text: String(expected) };
    else reader.report(`${path}.${name}`, 'expected a string, a number or true or false');
  }
  return application;
}

const literalTypes: Readonly<Record<string, Literal['type']>> = {
  string: 'string',
  number: 'double',
  boolean: 'boolean',
};
