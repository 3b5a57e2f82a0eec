import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@dronedelivery/testing';
import { nestingDepthMax } from './json-fault.ts';
import { JsonFault, parseStrictJson } from './strict-json.ts';

const parse = (text: string) => parseStrictJson(Buffer.from(text));
const faultOf = (text: string | Buffer) => {
  try {
    parseStrictJson(Buffer.from(text as string));
  } catch (error) {
    assert.ok(error instanceof JsonFault, String(error));
    return error.message;
  }
  return undefined;
};

test('says what is wrong, and where', () => {
  const cases: Record<string, RegExp> = {
    '': /the body is empty/,
    ' \n': /the body is empty/,
    '{"a":1,"a":2}': /duplicate key "a" at character 7/,
    '{"a":1,"\\u0061":2}': /duplicate key "a"/,
    '[{"b":[]},{"c":{"d":1,"d":1}}]': /duplicate key "d" at character 22/,
    '{"a" 1}': /malformed JSON at character 5: colon expected/,
    '{"a":}': /at character 5: a value expected/,
    '[1,]': /at character 3: a value expected/,
    '{"a":1,}': /at character 7: key expected/,
    '{"a":1': /ends too early, at character 6/,
    '[1] 2': /at character 4: end of text expected/,
    "{'a':1}": /at character 1: a key expected/,
    '01': /at character 1/,
    '{"a":NaN}': /at character 5/,
    '"\u0001"': /at character 0/,
    '\ufeff{}': /at character 0/,
    '{"__proto__":{}}': /"__proto__" is not allowed/,
    '[{"\\u005f_proto__":1}]': /"__proto__" is not allowed/,
    '{"constructor":{"prototype":{}}}': /"constructor" is not allowed/,
  };
  for (const [text, expected] of Object.entries(cases)) assert.match(faultOf(text) ?? 'no fault', expected, text);
  assert.match(faultOf(Buffer.from([0x22, 0xff, 0x22])) ?? '', /UTF-8/);
});

test('a key that only looks dangerous passes', () => {
  assert.deepEqual(parse('{"constructor":"Boeing","prototype":1}'), { constructor: 'Boeing', prototype: 1 });
});

test('depth is bounded, in arrays and objects, however deep', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  assert.equal(faultOf(nested(nestingDepthMax)), undefined);
  assert.match(faultOf(nested(nestingDepthMax + 1)) ?? '', /deeper than 32/);
  assert.match(faultOf(nested(400_000)) ?? '', /deeper than 32/);
  assert.match(faultOf('{"a":'.repeat(100_000)) ?? '', /deeper than 32/);
});

test('a long broken text is judged in linear time', () => {
  const before = process.cpuUsage();
  for (const text of [`"${'a'.repeat(1_000_000)}`, `{"${'a\\n'.repeat(300_000)}`, `[${'1,'.repeat(300_000)}`]) {
    assert.match(faultOf(text) ?? '', /malformed|too early/);
  }
  // A machine that has no time for us is no fault of the reader: what grows with the square takes minutes of work.
  const { user, system } = process.cpuUsage(before);
  assert.ok((user + system) / 1e6 < 5, `${(user + system) / 1e6} s`);
});

test('agrees with JSON.parse on valid texts, and refuses each of them once a key is doubled', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 300; round++) {
    const value = randomValue(random, 4);
    const text = JSON.stringify(value, undefined, random.integer(0, 2));
    assert.deepEqual(parse(text), JSON.parse(text));
    const doubled = text.replace(/"(k\d)":/, '"$1":0,"$1":');
    if (doubled !== text) assert.match(faultOf(doubled) ?? `taken: ${doubled}`, /duplicate key/);
  }
});

test('never throws anything but a fault, whatever is broken', () => {
  const random = seededRandom(11);
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(JSON.stringify(randomValue(random, 3)));
    for (let cut = random.integer(1, 3); cut > 0 && bytes.length > 0; cut--) {
      bytes[random.integer(0, bytes.length - 1)] = random.pick([0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x3a, 0x2c, 0x00, 0xc3]);
    }
    try {
      parseStrictJson(bytes);
      JSON.parse(bytes.toString());
    } catch (error) {
      assert.ok(error instanceof JsonFault, `${bytes}: ${error}`);
      assert.doesNotMatch(error.message, /not valid JSON$/, bytes.toString());
    }
  }
});

function randomValue(random: ReturnType<typeof seededRandom>, depth: number): unknown {
  const kind = depth === 0 ? random.integer(0, 2) : random.integer(0, 4);
  if (kind === 0) return random.integer(-1000, 1000) / 8;
  if (kind === 1) return random.pick(['', 'a"b', '\\', 'é{}:,', '\u2028', 'k":', 'x'.repeat(50)]);
  if (kind === 2) return random.pick([true, false, null]);
  const size = random.integer(0, 4);
  if (kind === 3) return Array.from({ length: size }, () => randomValue(random, depth - 1));
  return Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, randomValue(random, depth - 1)]));
}
