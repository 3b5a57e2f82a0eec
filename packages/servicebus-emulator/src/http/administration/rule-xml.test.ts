import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleDefinition } from '../../core/rule-definition.ts';
import { readXml } from '../../xml/read-xml.ts';
import { writeXml } from '../../xml/write-xml.ts';
import { readRule, writeRule } from './rule-xml.ts';

const read = (parts: string, name?: string) => readRule(readXml(`<RuleDescription>${parts}</RuleDescription>`), name);
const filter = (type: string, parts = '') => `<Filter i:type="${type}">${parts}</Filter>`;
const invalid = { code: 'argument-invalid' };

function pair(key: string, type: string, value: string): string {
  return `<KeyValueOfstringanyType><Key>${key}</Key><Value i:type="d6p1:${type}">${value}</Value></KeyValueOfstringanyType>`;
}

test('rules of every kind come back as they were written', () => {
  const parameters = {
    '@a': { type: 'long', text: '5' },
    '@b': { type: 'dateTime', text: '2030-01-01T00:00:00.000Z' },
  } as const;
  const correlation = {
    kind: 'correlation',
    system: {
      ...{ correlationId: 'c', messageId: 'm', to: 't', replyTo: 'r', label: 'l' },
      ...{ sessionId: 's', replyToSessionId: 'rs', contentType: 'ct' },
    },
    application: {
      text: { type: 'string', text: '<&>' },
      great: { type: 'long', text: '2147483648' },
      least: { type: 'long', text: '-2147483647' },
      half: { type: 'double', text: '0.5' },
      flag: { type: 'boolean', text: 'true' },
      id: { type: 'guid', text: '00112233-4455-6677-8899-aabbccddeeff' },
    },
  } as const;
  const rules: readonly RuleDefinition[] = [
    { name: 'sql', filter: { kind: 'sql', expression: 'a > @a', parameters } },
    {
      name: 'acting',
      filter: { kind: 'sql', expression: '1=1', parameters: {} },
      action: { expression: 'SET a = @a', parameters },
    },
    { name: 'true', filter: { kind: 'true' } },
    { name: 'false', filter: { kind: 'false' } },
    { name: 'correlation', filter: correlation },
    { name: 'none', filter: { kind: 'correlation', system: {}, application: {} } },
  ];
  for (const rule of rules) {
    const written = writeXml({ name: 'RuleDescription', content: writeRule(rule, '2030-01-01T00:00:00Z') });
    assert.deepEqual(readRule(readXml(written), undefined), rule, rule.name);
    assert.match(written, /<CreatedAt>2030-01-01T00:00:00Z<\/CreatedAt>/);
  }
});

test('integers have the narrowest name that holds them; what is empty is left out', () => {
  const written = (text: string) => {
    const rule = {
      name: 'r',
      filter: { kind: 'correlation', system: {}, application: { a: { type: 'long', text } } },
    } as const;
    return writeXml({ name: 'RuleDescription', content: writeRule(rule, '') });
  };
  for (const text of ['0', '2147483647', '-2147483647']) assert.match(written(text), /d6p1:int"/, text);
  for (const text of ['2147483648', '-2147483648', '9007199254740993']) assert.match(written(text), /d6p1:long"/, text);
  const plain = writeXml({ name: 'RuleDescription', content: writeRule({ name: 'r', filter: { kind: 'true' } }, '') });
  assert.doesNotMatch(plain, /Parameters|Properties/);
  assert.match(plain, /EmptyRuleAction.*<Name>r</);
});

test('names come from the path, or else from the description', () => {
  const named = `${filter('TrueFilter')}<Name>own</Name>`;
  assert.equal(read(named, 'path').name, 'path');
  assert.equal(read(named).name, 'own');
  assert.equal(read(filter('TrueFilter')).name, '$Default');
  assert.throws(() => read('<Name>a b</Name>'), invalid);
});

test('a rule without a filter matches everything; one of no known kind is refused', () => {
  assert.deepEqual(read('').filter, { kind: 'true' });
  assert.deepEqual(read(filter('b:SqlFilter')).filter, { kind: 'sql', expression: '', parameters: {} });
  for (const type of ['', 'OtherFilter', 'constructor', 'sqlfilter'])
    assert.throws(() => read(filter(type)), invalid, type);
  assert.throws(() => read('<Filter/>'), invalid);
});

test('what is nil is not there', () => {
  const label = filter('CorrelationFilter', '<Label i:nil="true">x</Label><To>here</To>');
  assert.deepEqual(read(label).filter, { kind: 'correlation', system: { to: 'here' }, application: {} });
  assert.equal(read(`${filter('TrueFilter')}<Action i:type="EmptyRuleAction"/>`).action, undefined);
  assert.equal(read('<Action><SqlExpression i:nil="true"/></Action>').action, undefined);
});

test('values have the types that clients name, and no other', () => {
  const value = (type: string, text: string) => {
    const parsed = read(filter('CorrelationFilter', `<Properties>${pair('a', type, text)}</Properties>`)).filter;
    return parsed.kind === 'correlation' ? parsed.application.a : undefined;
  };
  for (const type of ['int', 'short', 'long']) assert.deepEqual(value(type, '7'), { type: 'long', text: '7' });
  for (const type of ['double', 'float', 'decimal'])
    assert.deepEqual(value(type, '7.5'), { type: 'double', text: '7.5' });
  for (const [type, text] of [
    ['int', 'x'],
    ['boolean', 'constructor'],
    ['guid', '1'],
    ['duration', 'P1D'],
    ['constructor', 'x'],
    ['__proto__', 'x'],
    ['', 'x'],
  ] as const)
    assert.throws(() => value(type, text), invalid, `${type} ${text}`);
  assert.throws(() => value('duration', 'P1D'), { message: "The type d6p1:duration of 'a' is not supported." });
  assert.throws(() => value('int', 'x'), { message: "'x', the value of 'a', is no long." });
  const untyped =
    '<KeyValueOfstringanyType><Key>a</Key><Value>5</Value></KeyValueOfstringanyType><KeyValueOfstringanyType/>';
  const { filter: parsed } = read(filter('CorrelationFilter', `<Properties>${untyped}</Properties>`));
  assert.deepEqual(parsed.kind === 'correlation' && parsed.application, {
    a: { type: 'string', text: '5' },
    '': { type: 'string', text: '' },
  });
});

test('parameters have their names with the sign, whether clients write it or not', () => {
  const parts = `<SqlExpression>a = @b</SqlExpression><Parameters>${pair('b', 'int', '1')}${pair('@c', 'int', '2')}</Parameters>`;
  const { filter: parsed } = read(filter('SqlFilter', parts));
  assert.deepEqual(parsed.kind === 'sql' && Object.keys(parsed.parameters), ['@b', '@c']);
});
