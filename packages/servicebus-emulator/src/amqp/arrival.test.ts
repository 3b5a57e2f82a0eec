import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from '../../test/support/samples.ts';
import { readArrival } from './arrival.ts';

const large = 300 * 1_024;
const invalid = { code: 'argument-invalid' };

test('ids have 128 characters at most', () => {
  const id = 'ä'.repeat(128);
  assert.equal(readArrival(encode({ message_id: id, group_id: id }), large).messageId, id);
  for (const name of ['message_id', 'group_id', 'reply_to_group_id'])
    assert.throws(() => readArrival(encode({ [name]: `${id}x` }), large), invalid, name);
  readArrival(encode({ subject: 'x'.repeat(1_000) }), large);
});

test('all that comes before the body has 64 KB at most', () => {
  const text = 'x'.repeat(40 * 1_024);
  readArrival(encode({ application_properties: { text } }), large);
  assert.throws(() => readArrival(encode({ application_properties: { text, more: text } }), large), invalid);
  assert.throws(
    () => readArrival(encode({ application_properties: { text }, message_annotations: { text } }), large),
    invalid,
  );
  assert.throws(() => readArrival(encode({}), 10), { code: 'message-too-large' });
});
