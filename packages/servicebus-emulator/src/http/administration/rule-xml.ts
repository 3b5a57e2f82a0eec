import type { SystemProperties } from '../../codec/properties.ts';
import { BrokerError } from '../../core/broker-error.ts';
import { fromLiteral, type Literal } from '../../core/literal.ts';
import type { FilterDefinition, RuleDefinition, SqlDefinition } from '../../core/rule-definition.ts';
import { checkShortName } from '../../core/short-name.ts';
import type { XmlElement } from '../../xml/read-xml.ts';
import type { XmlNode } from '../../xml/write-xml.ts';
import { child, textOf } from './xml-parts.ts';

const schema = 'http://www.w3.org/2001/XMLSchema';

/** In the order in which a description has them. */
const systemFields = [
  ['correlationId', 'CorrelationId'],
  ['messageId', 'MessageId'],
  ['to', 'To'],
  ['replyTo', 'ReplyTo'],
  ['label', 'Label'],
  ['sessionId', 'SessionId'],
  ['replyToSessionId', 'ReplyToSessionId'],
  ['contentType', 'ContentType'],
] as const satisfies readonly (readonly [keyof SystemProperties, string])[];

/**
 * @param name what the path calls it; undefined takes the description's own name
 * @throws BrokerError `argument-invalid`
 */
export function readRule(description: XmlElement, name: string | undefined): RuleDefinition {
  const filter = child(description, 'Filter');
  const action = child(description, 'Action');
  const rule = {
    name: checkShortName(name ?? textOf(description, 'Name') ?? '$Default'),
    filter: filter === undefined ? ({ kind: 'true' } as const) : readFilter(filter),
  };
  const sql = action === undefined ? undefined : textOf(action, 'SqlExpression');
  return action === undefined || sql === undefined ? rule : { ...rule, action: readSql(action, sql) };
}

function readFilter(filter: XmlElement): FilterDefinition {
  const type = filter.attributes.get('type') ?? '';
  switch (type.slice(type.indexOf(':') + 1)) {
    case 'TrueFilter':
      return { kind: 'true' };
    case 'FalseFilter':
      return { kind: 'false' };
    case 'SqlFilter':
      return { kind: 'sql', ...readSql(filter, textOf(filter, 'SqlExpression') ?? '') };
    case 'CorrelationFilter':
      return readCorrelation(filter);
    default:
      throw new BrokerError('argument-invalid', `The filter type '${type}' is not known.`);
  }
}

function readSql(part: XmlElement, expression: string): SqlDefinition {
  const parameters = readPairs(child(part, 'Parameters'));
  const named = Object.entries(parameters).map(([name, value]) => [name.startsWith('@') ? name : `@${name}`, value]);
  return { expression, parameters: Object.fromEntries(named) };
}

function readCorrelation(filter: XmlElement): FilterDefinition {
  const system = systemFields.flatMap(([property, field]) => {
    const text = textOf(filter, field);
    return text === undefined ? [] : [[property, text] as const];
  });
  const application = readPairs(child(filter, 'Properties'));
  return { kind: 'correlation', system: Object.fromEntries(system), application };
}

function readPairs(parent: XmlElement | undefined): Record<string, Literal> {
  const pairs = (parent?.children ?? []).map((pair) => {
    const name = textOf(pair, 'Key') ?? '';
    return [name, readLiteral(name, child(pair, 'Value'))] as const;
  });
  return Object.fromEntries(pairs);
}

const literalTypes: ReadonlyMap<string, Literal['type']> = new Map([
  ['string', 'string'],
  ['int', 'long'],
  ['short', 'long'],
  ['long', 'long'],
  ['double', 'double'],
  ['float', 'double'],
  ['decimal', 'double'],
  ['boolean', 'boolean'],
  ['dateTime', 'dateTime'],
  ['guid', 'guid'],
]);

function readLiteral(name: string, value: XmlElement | undefined): Literal {
  const given = value?.attributes.get('type') ?? 'string';
  const type = literalTypes.get(given.slice(given.indexOf(':') + 1));
  if (type === undefined) throw new BrokerError('argument-invalid', `The type ${given} of '${name}' is not supported.`);
  const literal = { type, text: value?.text ?? '' };
  if (fromLiteral(literal) !== undefined) return literal;
  throw new BrokerError('argument-invalid', `'${literal.text}', the value of '${name}', is no ${type}.`);
}

/** A rule's description. */
export function writeRule(rule: RuleDefinition, createdAt: string): XmlNode[] {
  return [
    writeFilter(rule.filter),
    rule.action === undefined
      ? { name: 'Action', attributes: { 'i:type': 'EmptyRuleAction' } }
      : { name: 'Action', attributes: { 'i:type': 'SqlRuleAction' }, content: writeSql(rule.action) },
    { name: 'CreatedAt', content: createdAt },
    { name: 'Name', content: rule.name },
  ];
}

function writeFilter(filter: FilterDefinition): XmlNode {
  const typed = (type: string, content: readonly XmlNode[]) => ({
    name: 'Filter',
    attributes: { 'i:type': type },
    content,
  });
  switch (filter.kind) {
    case 'true':
      return typed('TrueFilter', writeSql({ expression: '1=1', parameters: {} }));
    case 'false':
      return typed('FalseFilter', writeSql({ expression: '1=0', parameters: {} }));
    case 'sql':
      return typed('SqlFilter', writeSql(filter));
    case 'correlation': {
      const system = systemFields.flatMap(([property, field]) => {
        const content = filter.system[property];
        return content === undefined ? [] : [{ name: field, content }];
      });
      return typed('CorrelationFilter', [...system, ...writePairs('Properties', filter.application)]);
    }
  }
}

function writeSql({ expression, parameters }: SqlDefinition): XmlNode[] {
  return [
    { name: 'SqlExpression', content: expression },
    { name: 'CompatibilityLevel', content: '20' },
    ...writePairs('Parameters', parameters),
  ];
}

/** Left out when there are none: clients take an empty element for a mistake. */
function writePairs(name: string, pairs: Readonly<Record<string, Literal>>): XmlNode[] {
  const content = Object.entries(pairs).map(([key, literal]) => ({
    name: 'KeyValueOfstringanyType',
    content: [
      { name: 'Key', content: key },
      {
        name: 'Value',
        attributes: { 'i:type': `d6p1:${typeNameOf(literal)}`, 'xmlns:d6p1': schema },
        content: literal.text,
      },
    ],
  }));
  return content.length === 0 ? [] : [{ name, content }];
}

/** The narrowest name: not every client knows `long`. */
function typeNameOf({ type, text }: Literal): string {
  return type === 'long' && Math.abs(Number(text)) < 2 ** 31 ? 'int' : type;
}

/** What the prefix `i` stands for in descriptions. */
export const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance';
