import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './parse-json.ts';

test('comments are nothing, but in strings they are text', () => {
  const text = '\uFEFF{\r\n  "a": "b//c", // "d": 1,\r\n  "e\\"/*": [1, /* 2,\n 3 */ 4] // }\r\n}';
  assert.deepEqual(parseJson(text), { a: 'b//c', 'e"/*': [1, 4] });
});

test('what is wrong is told', () => {
  assert.throws(() => parseJson('// x\n{"a": }'), /Unexpected token '}'/);
  assert.throws(() => parseJson('{"a": "open // }'), SyntaxError);
});
