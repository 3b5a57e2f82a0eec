import type { SystemProperties } from '../codec/properties.ts';
import type { RuleDefinition } from './definition.ts';
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

/** The rules of one subscription; problems go to the reader. */
export function parseRules(reader: ConfigReader, value: unknown, path: string): RuleDefinition[] {
  return reader.list(value, path).map((rule, index) => parseRule(reader, rule, `${path}[${index}]`));
}

function parseRule(reader: ConfigReader, value: unknown, path: string): RuleDefinition {
  const rule = reader.fields(value, path, ['Name', 'Properties']);
  const name = reader.text(rule.Name, `${path}.Name`);
  if (name === undefined) reader.report(`${path}.Name`, 'expected a name');
  const at = `${path}.Properties`;
  const properties = reader.fields(rule.Properties, at, ['FilterType', 'CorrelationFilter', 'SqlFilter', 'Action']);
  const type = reader.oneOf(properties.FilterType, `${at}.FilterType`, ['Correlation', 'Sql'], 'Correlation');
  if (type === 'Sql') reader.report(`${at}.FilterType`, 'SQL filters are not supported; use Correlation');
  if (properties.Action !== undefined) reader.report(`${at}.Action`, 'actions are not supported');
  const filter = parseCorrelation(reader, properties.CorrelationFilter ?? {}, `${at}.CorrelationFilter`);
  return { name: name ?? '', filter };
}

function parseCorrelation(reader: ConfigReader, value: unknown, path: string): RuleDefinition['filter'] {
  const fields = reader.fields(value, path, [...Object.keys(systemNames), 'Properties']);
  const system: Partial<Record<keyof SystemProperties, string>> = {};
  for (const [name, property] of Object.entries(systemNames)) {
    const text = reader.text(fields[name], `${path}.${name}`);
    if (text !== undefined) system[property] = text;
  }
  return { system, application: parseApplication(reader, fields.Properties ?? {}, `${path}.Properties`) };
}

function parseApplication(reader: ConfigReader, value: unknown, path: string): RuleDefinition['filter']['application'] {
  if (typeof value !== 'object' || value === null) {
    reader.report(path, 'expected an object');
    return {};
  }
  const application: Record<string, string | number | boolean> = {};
  for (const [name, expected] of Object.entries(value)) {
    const comparable = ['string', 'number', 'boolean'].includes(typeof expected);
    if (comparable) application[name] = expected as string | number | boolean;
    else reader.report(`${path}.${name}`, 'expected a string, a number or true or false');
  }
  return application;
}
