import assert from 'node:assert/strict';
import { test } from 'node:test';
import { content } from '../../test/support/samples.ts';
import { correlationFilter, filterable } from './filter.ts';

const matches = (definition: Partial<Parameters<typeof correlationFilter>[0]>, fields: object) =>
  correlationFilter({ system: {}, application: {}, ...definition }).matches(filterable(content(fields).bare));

test('every named system property must be equal', () => {
  const system = {
    messageId: 'm',
    to: 't',
    label: 'l',
    replyTo: 'r',
    correlationId: 'c',
    contentType: 'a/b',
    sessionId: 's',
    replyToSessionId: 'rs',
  };
  const fields = {
    message_id: 'm',
    to: 't',
    subject: 'l',
    reply_to: 'r',
    correlation_id: 'c',
    content_type: 'a/b',
    group_id: 's',
    reply_to_group_id: 'rs',
  };
  assert.ok(matches({ system }, fields));
  for (const name of Object.keys(fields)) assert.ok(!matches({ system }, { ...fields, [name]: 'other' }), name);
});

test('application properties compare by value and type', () => {
  const values = { text: 'a', number: 3, fraction: -2.5, flag: true };
  const application = {
    text: { type: 'string', text: 'a' },
    number: { type: 'double', text: '3' },
    fraction: { type: 'double', text: '-2.5' },
    flag: { type: 'boolean', text: 'true' },
  } as const;
  assert.ok(matches({ application }, { application_properties: { ...values, more: 1 } }));
  for (const changed of [{ number: '3' }, { number: 4 }, { flag: false }, { text: 'A' }])
    assert.ok(!matches({ application }, { application_properties: { ...values, ...changed } }));
  assert.ok(!matches({ application }, {}));
});

test('identifiers that are no text compare as text', () => {
  assert.ok(matches({ system: { correlationId: '7' } }, { correlation_id: 7 }));
});

test('a filter that names nothing matches everything', () => {
  assert.ok(matches({}, {}));
});

test('a property that is missing, or null, equals no text', () => {
  for (const fields of [{}, { subject: null }])
    for (const label of ['', 'undefined', 'null']) assert.ok(!matches({ system: { label } }, fields), label);
  const expected = { type: 'string', text: 'undefined' } as const;
  assert.ok(!matches({ application: { missing: expected } }, { application_properties: { other: 'a' } }));
});

test('properties of the user are found in any letter case, with the last of those that differ in nothing else', () => {
  const seen = filterable(content({ application_properties: { Colour: 'red', COLOUR: 'blue' } }).bare);
  assert.deepEqual([seen.user('colour'), seen.user('cOLOUR'), seen.user('depth')], ['blue', 'blue', undefined]);
  assert.equal(seen.application.get('Colour'), 'red');
});
