import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { content, createQueue } from '../../test/support/samples.ts';
import { readApplicationProperties, readSystemProperties } from '../codec/properties.ts';
import { filterable } from './filter.ts';
import { compileRule } from './rule.ts';
import { defaultRule, type RuleDefinition } from './rule-definition.ts';
import { Subscription } from './subscription.ts';

const newGuid = () => Buffer.alloc(16, 1);
const sql = (expression: string) => ({ expression, parameters: {} });

function rule(name: string, filter: string, action?: string): RuleDefinition {
  const definition = { name, filter: { kind: 'sql', ...sql(filter) } } as const;
  return action === undefined ? definition : { ...definition, action: sql(action) };
}

const message = {
  subject: 'order',
  content_type: 'a/b',
  application_properties: { Colour: 'red', depth: 7, ratio: 0.5, open: true },
};

/** What an action leaves of the message. */
function changed(action: string) {
  const { bare } = content(message);
  const copy = compileRule(rule('r', '1=1', action), newGuid).apply?.(bare, filterable(bare)) ?? bare;
  return { system: readSystemProperties(copy), application: Object.fromEntries(readApplicationProperties(copy)) };
}

suite('an action', () => {
  test('sets and removes properties, and tells the name of its rule', () => {
    const { application } = changed("SET colour = 'blue'; SET [new one] = depth + 1; REMOVE OPEN");
    assert.deepEqual(application, { Colour: 'blue', depth: 7n, ratio: 0.5, 'new one': 8n, RuleName: 'r' });
  });

  test('sets and removes system properties', () => {
    const { system } = changed("SET sys.To = sys.Label + '/' + colour; REMOVE sys.Label; SET sys.SessionId = 5");
    assert.deepEqual(system, { messageId: 'generated', to: 'order/red', contentType: 'a/b', sessionId: '5' });
    assert.equal(changed("SET sys.ContentType = 'c/d'").system.contentType, 'c/d');
  });

  test('statements see what those before them did', () => {
    const { application } = changed('SET a = 1; SET a = a + 1; SET b = a; REMOVE a; SET c = a');
    assert.partialDeepStrictEqual(application, { b: 2n, c: null });
    assert.ok(!('a' in application));
  });

  test('a property keeps its type where the value can be converted', () => {
    const { application } = changed("SET depth = '9'; SET ratio = 3; SET colour = 5; SET open = 'FALSE'");
    assert.partialDeepStrictEqual(application, { depth: 9n, ratio: 3, Colour: '5', open: false });
    assert.equal(changed("SET depth = 'deep'").application.depth, 'deep');
  });

  test('system properties too are as the statements before left them', () => {
    const { system } = changed("SET sys.To = 'a'; SET sys.ReplyTo = sys.To; REMOVE sys.To; SET sys.Label = sys.To");
    assert.deepEqual([system.replyTo, system.to, system.label], ['a', undefined, undefined]);
  });

  test('a property has one spelling, the first', () => {
    const { application } = changed('SET New = 1; SET NEW = 2; SET x = new');
    assert.partialDeepStrictEqual(application, { New: 2n, x: 2n });
    assert.ok(!('NEW' in application));
  });

  test('identifiers are made', () => {
    assert.equal(String(changed('SET id = newid()').application.id), '01010101-0101-0101-0101-010101010101');
  });

  test('a property that is not there counts as nothing', () => {
    assert.equal(changed('SET depth = missing + 1').application.depth, null);
  });
});

test('parameters stand for their values, in any letter case', () => {
  const parameters = { '@Least': { type: 'long', text: '7' } } as const;
  const { matches } = compileRule(
    { name: 'r', filter: { kind: 'sql', expression: 'depth >= @LEAST', parameters } },
    newGuid,
  );
  assert.equal(matches(filterable(content(message).bare)), true);
  assert.equal(matches(filterable(content({ application_properties: { depth: 6 } }).bare)), false);
});

test('a rule that cannot be understood is refused with its place', () => {
  assert.throws(() => compileRule(rule('bad', 'a = '), newGuid), {
    code: 'argument-invalid',
    message:
      "The filter of the rule 'bad' cannot be understood: at character 5: expected a value, a property or (, got the end.",
  });
  assert.throws(() => compileRule(rule('bad', '1=1', 'SET'), newGuid), /action of the rule 'bad'/);
  const parameters = { '@a': { type: 'long', text: 'x' } } as const;
  const filter = { kind: 'sql', expression: '@a = 1', parameters } as const;
  assert.throws(() => compileRule({ name: 'bad', filter }, newGuid), /The parameter @a .* is no long/);
});

suite('a subscription', () => {
  const subscribe = (rules: readonly RuleDefinition[], deadLetterOnFilterErrors = true) => {
    const { queue, deadLetters } = createQueue();
    const origin = { enqueuedSequenceNumber: 1, hops: 0, deadLetterSource: undefined };
    const compiled = rules.map((definition) => compileRule(definition, newGuid));
    const subscription = new Subscription('s', queue, compiled, deadLetterOnFilterErrors);
    const { bare } = content(message);
    subscription.publish(content(message), filterable(bare), 0, origin);
    const next = () => queue.takeNext(0);
    const taken = [next(), next(), next(), next()].flatMap((found) => found ?? []);
    const names = taken.map(({ content: { bare: stored } }) => readApplicationProperties(stored).get('RuleName'));
    return { names, deadLetters, subscription };
  };

  test('gets one copy for all rules without an action, and one for each rule with one', () => {
    const rules = [
      rule('a', 'depth = 7'),
      rule('b', 'open', "SET x = 'b'"),
      rule('c', "colour = 'red'"),
      rule('d', '1=1', 'REMOVE depth'),
      rule('e', '1=0', 'SET x = 1'),
    ];
    assert.deepEqual(subscribe(rules).names, [undefined, 'b', 'd']);
    assert.deepEqual(subscribe([rule('b', '1=1', 'SET x = 1')]).names, ['b']);
    assert.deepEqual(subscribe([{ name: 'never', filter: { kind: 'false' } }]).names, []);
    assert.deepEqual(subscribe([defaultRule]).names, [undefined]);
    assert.deepEqual(subscribe([]).names, []);
  });

  test('keeps a message that a rule fails on as a dead letter, if it shall', () => {
    const failing = [rule('bad', '1 / (depth - 7) > 0'), rule('good', 'open'), rule('act', 'open', "SET a = 'x' * 2")];
    const { names, deadLetters } = subscribe(failing);
    assert.deepEqual(names, [undefined]);
    const dead = deadLetters.takeNext(0);
    const properties = dead && readApplicationProperties(dead.content.bare);
    assert.equal(properties?.get('DeadLetterReason'), 'FilterEvaluationException');
    assert.equal(properties?.get('DeadLetterErrorDescription'), 'Division by zero.');
    assert.equal(deadLetters.count, 0);
    assert.equal(subscribe(failing, false).deadLetters.count, 0);
  });

  test('takes no copy that has grown beyond what a message may have', () => {
    const long = Array.from({ length: 12 }, (_, index) => `SET p${index} = big`).join(';');
    const grow = `SET big = '${'x'.repeat(600)}'; SET big = big + big + big + big; SET big = big + big + big + big; ${long}`;
    const { names, deadLetters } = subscribe([rule('grow', '1=1', grow), rule('plain', '1=1')]);
    assert.deepEqual(names, [undefined]);
    const dead = deadLetters.takeNext(0);
    assert.match(
      String(dead && readApplicationProperties(dead.content.bare).get('DeadLetterErrorDescription')),
      /64|65536/,
    );
  });

  test('makes room for every copy', () => {
    const { subscription } = subscribe([rule('a', '1=1', 'SET x = 1'), rule('b', '1=1', 'SET x = 1'), defaultRule]);
    subscription.assertRoom(333, 333_333);
    assert.throws(() => subscription.assertRoom(334, 1), { code: 'quota-exceeded' });
    assert.throws(() => subscription.assertRoom(1, 333_334), { code: 'quota-exceeded' });
    subscription.removeRule('A');
    subscription.assertRoom(500, 1);
    assert.throws(() => subscription.assertRoom(501, 1), { code: 'quota-exceeded' });
  });

  test('makes room for as many copies as there can be', () => {
    const acting = rule('acting', '1=1', 'SET x = 1');
    for (const [rules, most] of [
      [[acting, rule('plain', '1=1'), rule('other', '1=1')], 500],
      [[acting], 1_000],
    ] as const) {
      const { subscription } = subscribe(rules);
      subscription.assertRoom(most, 1);
      assert.throws(() => subscription.assertRoom(most + 1, 1), { code: 'quota-exceeded' });
    }
  });

  test('needs no room for what it does not take', () => {
    const { subscription } = subscribe([]);
    subscription.assertRoom(1_000_000, 1_000_000_000);
    assert.throws(() => subscribe([rule('a', '1=0')]).subscription.assertRoom(1_001, 1), { code: 'quota-exceeded' });
    subscribe([rule('a', '1=0')]).subscription.assertRoom(1_000, 1);
  });

  test('has each rule once', () => {
    const { subscription } = subscribe([rule('a', '1=1')]);
    assert.throws(() => subscription.assertAddable(rule('A', '1=0')), { code: 'already-exists' });
    subscription.assertAddable(rule('b', '1=0'));
    subscription.addRule(compileRule(rule('B', '1=1'), newGuid));
    assert.equal(subscription.findRule('b'), subscription.findRule('B'));
    subscription.addRule(compileRule(rule('b', '1=0'), newGuid));
    assert.deepEqual(
      subscription.rules.map(({ definition: { name } }) => name),
      ['a', 'b'],
    );
    subscription.removeRule('B');
    assert.equal(subscription.findRule('b'), undefined);
    assert.equal(subscription.name, 's');
  });

  test('has two thousand rules at most', () => {
    const { subscription } = subscribe([]);
    const { matches } = compileRule(rule('any', '1=1'), newGuid);
    for (let count = 0; count < 1_999; count++)
      subscription.addRule({ definition: rule(`r${count}`, '1=1'), apply: undefined, matches });
    subscription.assertAddable(rule('last', '1=1'));
    subscription.addRule({ definition: rule('last', '1=1'), apply: undefined, matches });
    assert.throws(() => subscription.assertAddable(rule('more', '1=1')), { code: 'quota-exceeded' });
  });

  test('hides no fault of the broker', () => {
    const { subscription } = subscribe([]);
    const matches = () => {
      throw new RangeError('a fault');
    };
    subscription.addRule({ definition: rule('bad', '1=1'), apply: undefined, matches });
    const origin = { enqueuedSequenceNumber: 1, hops: 0, deadLetterSource: undefined };
    const { bare } = content(message);
    assert.throws(() => subscription.publish(content(message), filterable(bare), 0, origin), RangeError);
  });
});
