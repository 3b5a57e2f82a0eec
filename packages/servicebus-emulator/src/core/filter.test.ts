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
  const application = { text: 'a', number: 3, fraction: -2.5, flag: true };
  assert.ok(matches({ application }, { application_properties: { ...application, more: 1 } }));
  assert.ok(!matches({ application: { number: 3 } }, { application_properties: { number: '3' } }));
  assert.ok(!matches({ application: { flag: true } }, { application_properties: { flag: false } }));
  assert.ok(!matches({ application: { text: 'a' } }, { application_properties: { text: 'A' } }));
  assert.ok(!matches({ application }, {}));
});

test('a filter that names nothing matches everything', () => {
  assert.ok(matches({}, {}));
});
