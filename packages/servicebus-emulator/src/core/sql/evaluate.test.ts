import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Guid } from '../../codec/typed-value.ts';
import { evaluate, holds, type SqlScope } from './evaluate.ts';
import { parseAction, parseFilter } from './parse.ts';
import type { Maybe, SqlValue } from './value.ts';

const properties: Readonly<Record<string, SqlValue>> = {
  colour: 'red',
  depth: 7n,
  ratio: 2.5,
  open: true,
  nothing: null,
  'hr-id': 12n,
  'a]b': 1n,
  'c"d': 2n,
  at: new Date(1_000),
  percent: '50%',
  name: "O'Neil",
  int64: 9223372036854775807n,
};

const scope: SqlScope = {
  readSystem: (name) => ({ label: 'order', to: 'here' })[name as 'label'],
  readUser: (name) => properties[name.toLowerCase()],
  newGuid: () => Buffer.alloc(16, 0xab),
};

const parameters = new Map<string, SqlValue>([
  ['@limit', 5n],
  ['@when', new Date(1_000)],
]);

const condition = (expression: string) => holds(parseFilter(expression, parameters), scope);

function value(expression: string): Maybe {
  const [statement] = parseAction(`SET x = ${expression}`, parameters);
  assert.ok(statement?.kind === 'set');
  return evaluate(statement.value, scope);
}

/** T, F and U are true, false and unknown. */
const [T, F, U] = ['depth = 7', 'depth = 8', 'missing = 1'];

const outcomes: Readonly<Record<string, readonly (string | undefined)[]>> = {
  true: [
    ...['1=1', 'TRUE', 'open', 'open = true', "colour = 'red'", "COLOUR = 'red'", 'user.depth = 7', 'depth = 7.0'],
    ...['depth <> 8', 'depth != 8', 'depth > 6', 'depth >= 7', 'depth < 7.5', 'depth <= 7', '0x7 = depth', '.5 < 1'],
    ...["colour < 'reD' OR colour > 'reD'", "sys.Label = 'order'", "SYS.subject = 'order'", 'at = @when'],
    ...['[HR-id] = 12', '"hr-ID" = 12', '[a]]b] = 1', '"c""d" = 2', "name = 'O''Neil'", '@limit = 5', '@LIMIT = 5'],
    ...[
      "colour IN ('blue', 'red')",
      'depth IN (missing, 7)',
      'depth NOT IN (missing, 8)',
      'depth in (6+1)',
      'depth IN (7, 1/0)',
    ],
    ...[
      "colour LIKE '%red'",
      "colour LIKE 'r%d'",
      "colour LIKE '%e%d%'",
      "'rred' LIKE '%red'",
      "'x!z' LIKE 'x!!%' ESCAPE '!'",
    ],
    ...[
      "'a!' LIKE 'a!!' ESCAPE '!'",
      "'a😀c' LIKE 'a_c'",
      'newid IS NULL',
      'p IS NULL',
      'property IS NULL',
      '1 + depth > 7',
    ],
    ...["colour LIKE 'r%'", "colour LIKE '_ed'", "colour LIKE '%'", "colour NOT LIKE 'b%'", "'' LIKE ''"],
    ...["percent LIKE '50!%' ESCAPE '!'", "'a_b' LIKE 'a\\_b' ESCAPE '\\'", "'x!y' LIKE 'x!!y' ESCAPE '!'"],
    ...[
      'nothing IS NULL',
      'missing IS NULL',
      'p(depth) IS NULL',
      'depth IS NOT NULL',
      'sys.ReplyTo IS NULL',
      'sys.To IS NOT NULL',
    ],
    ...[
      'EXISTS(depth)',
      'EXISTS(nothing)',
      'exists ( user.depth )',
      'EXISTS(sys.To)',
      'NOT EXISTS(missing)',
      'NOT EXISTS(p)',
      'NOT EXISTS(property)',
    ],
    ...["property('depth') = 7", "p('de' + 'pth') = 7", "EXISTS(p('depth'))", "p('missing') IS NULL"],
    ...['NOT depth = 8 AND depth = 7', 'depth = 8 OR depth = 7 AND open', '(depth = 8 OR depth = 7) AND open'],
    ...['int64 = 9223372036854775807', 'int64 < 9223372036854775808.0', 'int64 > 9223372036854774784.0'],
  ],
  false: [
    ...['1=0', 'FALSE', 'NOT open', "colour = 'Red'", 'depth = 7.5', "sys.Label = 'Order'", 'EXISTS(missing)'],
    ...[
      'depth IN (1, 2)',
      "colour LIKE 'e'",
      "colour LIKE 'red_'",
      "percent LIKE '50!%x' ESCAPE '!'",
      'EXISTS(sys.ReplyTo)',
    ],
    ...["colour LIKE 'ed'", "colour LIKE 'r%x'", "'50x' LIKE '50!%' ESCAPE '!'", "'axb' LIKE 'a!_b' ESCAPE '!'"],
    ...["'a!b' LIKE 'a!!' ESCAPE '!'", "'' LIKE '_'", 'EXISTS(p(missing))', 'EXISTS(p(depth))'],
    ...['depth = 7 AND NOT (depth = 7 OR open)', 'nothing IS NOT NULL', "p('colour') = 'blue'"],
  ],
  undefined: [
    ...[
      'missing = 1',
      'missing <> 1',
      'nothing = NULL',
      'nothing <> 5',
      'NOT missing = 1',
      'missing IN (1)',
      'missing',
    ],
    ...["missing LIKE '%'", 'colour LIKE missing', "colour LIKE 'a' ESCAPE missing", 'depth LIKE 7', '-missing < 1'],
    ...[
      'missing + 1 > 0',
      "depth = '7'",
      'open > 5',
      'at = 1000',
      'colour',
      'NOT colour',
      'NULL',
      'depth = 7 AND NULL',
      'depth = open',
      '1 < TRUE',
      'at = depth',
      "missing + 'a' = 'a'",
    ],
  ],
};

suite('a condition', () => {
  for (const [expected, expressions] of Object.entries(outcomes)) {
    test(`that is ${expected === 'undefined' ? 'unknown' : expected}`, () => {
      for (const expression of expressions) assert.equal(String(condition(expression ?? '')), expected, expression);
    });
  }

  test('AND and OR have three values', () => {
    const and = { TT: true, TF: false, TU: undefined, FF: false, FU: false, UU: undefined };
    const or = { TT: true, TF: true, TU: true, FF: false, FU: undefined, UU: undefined };
    const texts: Readonly<Record<string, string | undefined>> = { T, F, U };
    for (const [operator, table] of [['AND', and] as const, ['OR', or] as const]) {
      for (const [[a = '', b = ''], expected] of Object.entries(table)) {
        assert.equal(condition(`${texts[a]} ${operator} ${texts[b]}`), expected, `${a} ${operator} ${b}`);
        assert.equal(condition(`${texts[b]} ${operator} ${texts[a]}`), expected, `${b} ${operator} ${a}`);
      }
    }
  });
});

test('values', () => {
  const expected: Readonly<Record<string, Maybe>> = {
    '1 + 2 * 3': 7n,
    '(1 + 2) * 3': 9n,
    '10 - 4 - 3': 3n,
    '7 / 2': 3n,
    '-7 / 2': -3n,
    '-7 % 3': -1n,
    '7 / 2.0': 3.5,
    'depth / ratio': 2.8,
    '1.5E2': 150,
    '2e-1': 0.2,
    '0xFF': 255n,
    '- - 5': 5n,
    '+depth': 7n,
    '1 / 0.0': Number.POSITIVE_INFINITY,
    'int64 + 1': -9223372036854775808n,
    '-int64 - 2': 9223372036854775807n,
    "'a' + 'b'": 'ab',
    "colour + '-' + depth": 'red-7',
    'missing + 1': undefined,
    'NULL * 2': undefined,
    NULL: null,
    '@limit': 5n,
    "'it''s'": "it's",
  };
  for (const [expression, result] of Object.entries(expected)) assert.deepEqual(value(expression), result, expression);
  const guid = value('newid()');
  assert.ok(guid instanceof Guid);
  assert.equal(String(guid), 'abababab-abab-abab-abab-abababababab');
});

test('what cannot be computed is an error of its own', () => {
  for (const expression of ['1 / 0', '1 % 0', "'a' - 1", 'open + 1', '-colour', "'a' * 'b'"])
    assert.throws(() => value(expression), { name: 'SqlEvaluationError' }, expression);
  for (const expression of ["colour LIKE 'a' ESCAPE 'ab'", "colour LIKE 'a!' ESCAPE '!'"])
    assert.throws(() => condition(expression), { name: 'SqlEvaluationError' }, expression);
});

test('text does not grow without end', () => {
  const grow = `'${'x'.repeat(900)}'`;
  const long = { ...scope, readUser: () => 'x'.repeat(32_700) };
  const [statement] = parseAction(`SET a = a + ${grow}`, new Map());
  assert.ok(statement?.kind === 'set');
  assert.throws(() => evaluate(statement.value, long), { name: 'SqlEvaluationError' });
});

test('a pattern that would make a regular expression run for ever takes no time', () => {
  const expression = `colour LIKE '${'%a'.repeat(200)}%b'`;
  const long = { ...scope, readUser: () => 'a'.repeat(5_000) };
  assert.equal(holds(parseFilter(expression, new Map()), long), false);
});
