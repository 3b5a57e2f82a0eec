import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createRandom } from '../../../test/support/random.ts';
import { evaluate, holds, type SqlScope } from './evaluate.ts';
import { parseAction, parseFilter } from './parse.ts';
import { SqlEvaluationError, SqlSyntaxError } from './sql-error.ts';

const none = new Map();

/** Expressions with what their error says. */
type Mistakes = Readonly<Record<string, string>>;

const filterMistakes: Mistakes = {
  '': 'at character 1: expected a value, a property or (, got the end',
  'a =': 'at character 4: expected a value, a property or (, got the end',
  '= 5': "at character 1: expected a value, a property or (, got '='",
  'a = 5 5': "at character 7: expected an operator or the end, got '5'",
  '(a = 5': "at character 7: expected ')', got the end",
  'a = 5)': "at character 6: expected an operator or the end, got ')'",
  'a NOT 5': "at character 7: expected IN or LIKE, got '5'",
  'a IS 5': "at character 6: expected NULL, got '5'",
  'a IN 5': "at character 6: expected '(', got '5'",
  'a IN (5,)': "at character 9: expected a value, a property or (, got ')'",
  'AND a = 5': "at character 1: expected a value, a property or (, got 'AND'",
  'EXISTS(5)': "at character 8: expected a property, got '5'",
  'EXISTS a': "at character 8: expected '(', got 'a'",
  '5 IS NULL': 'at character 1: only a property can be tested for NULL',
  'a = b = c': "at character 7: expected an operator or the end, got '='",
  '5': 'at character 1: expected a condition, got a value',
  'a = 1 AND 5': 'at character 11: expected a condition, got a value',
  "NOT 'x'": 'at character 5: expected a condition, got a value',
  '(a = 1) + 2 > 1': 'at character 1: expected a value, got a condition',
  '2 > (a = 1)': 'at character 5: expected a value, got a condition',
  "a = 'open": "at character 5: the text that begins here has no closing '",
  '[a = 5': 'at character 1: the name that begins here is empty or has no closing ]',
  '"" = 5': 'at character 1: the name that begins here is empty or has no closing "',
  'a = 5x': 'at character 5: expected a number, such as 5, 0x1F, 2.5 or 1E3',
  'a = 1.2.3': 'at character 5: expected a number, such as 5, 0x1F, 2.5 or 1E3',
  'a = 9223372036854775808': 'at character 5: 9223372036854775808 does not fit into 64 bits',
  'a ~ 5': "at character 3: '~' has no meaning here",
  'a = 😀': "at character 5: '😀' has no meaning here",
  'a = @b': 'at character 5: the parameter @b has no value',
  'other.a = 5': "at character 1: expected the scope sys or user, got 'other'",
  'user. = 5': "at character 7: expected the name of a property, got '='",
  'sys.Colour = 5': "at character 5: there is no system property 'Colour'; known are ContentType, CorrelationId,",
  'newid(5) = 1': "at character 7: expected ')', got '5'",
  "a '=' 5": "at character 3: expected an operator or the end, got '='",
  'a constructor 5': "at character 3: expected an operator or the end, got 'constructor'",
  'sys.constructor = 1': "at character 5: there is no system property 'constructor'",
  'and = 5': "at character 1: expected a value, a property or (, got 'and'",
  '[NOT] [a] = 5': "at character 7: expected an operator or the end, got 'a'",
  'a "IN" (5)': "at character 3: expected an operator or the end, got 'IN'",
  "EXISTS '(' a)": "at character 8: expected '(', got '('",
  'other(5) = 1': "at character 6: expected an operator or the end, got '('",
};

const actionMistakes: Mistakes = {
  '': 'at character 1: expected SET or REMOVE, got the end',
  'SET a': "at character 6: expected '=', got the end",
  'SET 5 = 5': "at character 5: expected a property, got '5'",
  REMOVE: 'at character 7: expected a property, got the end',
  'SET a = 5; b = 5': "at character 12: expected SET or REMOVE, got 'b'",
  'SET a = b = c': "at character 11: expected SET or REMOVE, got '='",
  'SET a = (b > 5)': "at character 12: expected ')', got '>'",
  'SET sys.Size = 5': "at character 9: there is no system property 'Size'",
};

function assertMistakes(mistakes: Mistakes, parse: (expression: string) => unknown): void {
  for (const [expression, message] of Object.entries(mistakes)) {
    assert.throws(
      () => parse(expression),
      (error) => {
        assert.ok(error instanceof SqlSyntaxError);
        assert.equal(error.message.slice(0, message.length), message, expression);
        return true;
      },
    );
  }
}

suite('mistakes are told with their position and what was expected', () => {
  test('in filters', () => assertMistakes(filterMistakes, (expression) => parseFilter(expression, none)));
  test('in actions', () => assertMistakes(actionMistakes, (expression) => parseAction(expression, none)));
});

test('actions take semicolons, commas or nothing between statements', () => {
  for (const text of ['SET a = 1; REMOVE b', 'SET a = 1, REMOVE b;', 'set a = 1 remove b'])
    assert.deepEqual(
      parseAction(text, none).map(({ kind }) => kind),
      ['set', 'remove'],
    );
});

test('length and nesting are bounded', () => {
  assert.ok(parseFilter(`a = '${'x'.repeat(1_018)}'`, none));
  const tooLong = `a = '${'x'.repeat(1_019)}'`;
  assert.throws(() => parseFilter(tooLong, none), /^SqlSyntaxError: at character 1025: .* at most 1024 characters/);
  for (const [open, close] of [
    ['(', ')'],
    ['NOT ', ''],
    ['- ', ' = 1'],
    ["p('a' + ", ')'],
  ] as const)
    assert.throws(() => parseFilter(`${open.repeat(100)}1${close.repeat(100)}`, none), /nested too deeply/, open);
  const deep = (depth: number) => () => parseFilter(`${'('.repeat(depth)}a = 1${')'.repeat(depth)}`, none);
  assert.ok(deep(50)());
  assert.throws(deep(51), /nested too deeply/);
  assert.ok(parseFilter(Array.from({ length: 60 }, () => '(a = 1)').join(' OR '), none));
  const flat = Array.from({ length: 145 }, () => 'a=1').join(' OR ');
  assert.ok(parseFilter(flat, none));
});

const scope: SqlScope = {
  readSystem: () => 'text',
  readUser: (name) => (name.length % 2 === 0 ? BigInt(name.length) : undefined),
  newGuid: () => Buffer.alloc(16),
};

const pieces = `a b1 [c d] "e" sys. user. sys.Label ( ) , . ; = <> < >= + - * / % AND OR NOT IN LIKE ESCAPE IS NULL
  EXISTS( TRUE FALSE newid() p( 'x' '%_' 5 0x1f 2.5 1E3 @p SET REMOVE ' [ ] " 9e999 \u0000 é 😀`.split(/\s+/);

test('random texts are refused or understood, never more', () => {
  const random = createRandom(20_261_121);
  const parameters = new Map([['@p', 1n]]);
  let understood = 0;
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + random.below(9) }, () => random.pick(pieces)).join(
      random.pick([' ', ' ', '']),
    );
    try {
      holds(parseFilter(text, parameters), scope);
      understood++;
    } catch (error) {
      assert.ok(error instanceof SqlSyntaxError || error instanceof SqlEvaluationError, `${text}: ${String(error)}`);
    }
    try {
      for (const statement of parseAction(`SET a = ${text}`, parameters))
        if (statement.kind === 'set') evaluate(statement.value, scope);
    } catch (error) {
      assert.ok(error instanceof SqlSyntaxError || error instanceof SqlEvaluationError, `${text}: ${String(error)}`);
    }
  }
  assert.ok(understood > 300, `only ${understood} were understood`);
});
