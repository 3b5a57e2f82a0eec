import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import rhea from 'rhea';
import { decode, encode } from '../../test/support/samples.ts';
import { toText } from '../core/sql/value.ts';
import { DecodeError } from './amqp-reader.ts';
import { batchFormat, splitBatch } from './batch.ts';
import { type Content, splitMessage } from './content.ts';
import { encodeDelivery } from './delivery.ts';
import {
  readApplicationProperties,
  readSystemProperties,
  withApplicationProperties,
  withProperties,
} from './properties.ts';
import { assertReadable } from './readable.ts';

const newId = () => 'generated';
const facts = {
  sequenceNumber: 2 ** 40 + 7,
  enqueuedSequenceNumber: 3,
  enqueuedAtMs: 1_700_000_000_123,
  deliveryCount: 4,
  timeToLiveMs: 5_000,
  lockedUntilMs: 1_700_000_060_123,
  deadLetterSource: 'source',
  state: 1,
} as const;

const rich = {
  durable: true,
  priority: 7,
  ttl: 90_000,
  message_annotations: { 'x-opt-partition-key': 'p', 'x-opt-sequence-number': 99, custom: 'kept' },
  delivery_annotations: { dropped: 1 },
  message_id: 'id',
  subject: 'subject',
  group_id: 'group',
  application_properties: { text: 'a', number: -1.5, flag: false, big: 2 ** 40 },
  footer: { end: 1 },
};

suite('a message', () => {
  test('goes out as it came, under new annotations', () => {
    const { content, messageId } = splitMessage(encode(rich), newId);
    assert.equal(messageId, 'id');
    const out = decode(encodeDelivery(content, facts));
    assert.partialDeepStrictEqual(out, {
      durable: true,
      priority: 7,
      ttl: 5_000,
      delivery_count: 4,
      subject: 'subject',
      group_id: 'group',
      application_properties: rich.application_properties,
      footer: { end: 1 },
    });
    assert.equal(out.delivery_annotations, undefined);
    assert.deepEqual(out.message_annotations, {
      'x-opt-sequence-number': facts.sequenceNumber,
      'x-opt-enqueue-sequence-number': 3,
      'x-opt-enqueued-time': new Date(facts.enqueuedAtMs),
      'x-opt-message-state': 1,
      'x-opt-locked-until': new Date(facts.lockedUntilMs),
      'x-opt-deadletter-source': 'source',
      'x-opt-partition-key': 'p',
      custom: 'kept',
    });
  });

  test('without time to live, lock and source says nothing of them', () => {
    const { content } = splitMessage(encode({}), newId);
    const bare = { ...facts, timeToLiveMs: undefined, lockedUntilMs: undefined, deadLetterSource: undefined };
    const out = decode(encodeDelivery(content, bare));
    assert.equal(out.ttl, undefined);
    assert.equal(Object.keys(out.message_annotations as object).length, 4);
  });

  test('gets an id when it has none, and keeps its other properties', () => {
    const { content, messageId } = splitMessage(encode({ subject: 'subject' }), newId);
    assert.equal(messageId, undefined);
    assert.partialDeepStrictEqual(decode(content.bare), { message_id: 'generated', subject: 'subject' });
    const bodyOnly = Buffer.from([0x00, 0x53, 0x75, 0xa0, 1, 65]);
    assert.equal(decode(splitMessage(bodyOnly, newId).content.bare).message_id, 'generated');
  });

  test('ids of different types stay apart', () => {
    const ids = ['1', 1, Buffer.alloc(16)].map((message_id) => splitMessage(encode({ message_id }), newId).messageId);
    assert.equal(new Set(ids).size, 3);
  });

  test('whose sections are of the wrong types, or too short or long for what they hold, is refused', () => {
    const body = [0x00, 0x53, 0x75, 0xa0, 1, 65];
    const heads = [
      [0x00, 0x53, 0x73, 0xc1, 1, 0],
      [0x00, 0x53, 0x73, 0x40],
      [0x00, 0x53, 0x74, 0x45],
      [0x00, 0x53, 0x74, 0xc0, 3, 2, 0x41, 0x41],
      [0x00, 0x53, 0x74, 0xc1, 2, 1, 0x41],
      [0x00, 0x53, 0x74, 0xd1, 0, 0, 0, 4, 0, 0, 0, 40],
      [0x00, 0x53, 0x74, 0xc1, 4, 2, 0x41, 0x41, 0x41],
      [0x00, 0x53, 0x72, 0xc1, 6, 2, 0xa3, 1, 65, 0xa1, 9],
      [0x00, 0xa3, 1, 65, 0x45],
      [0x41],
    ];
    splitMessage(Buffer.from(body), newId);
    for (const head of heads) {
      assert.throws(() => splitMessage(Buffer.from([...head, ...body]), newId), DecodeError, head.join());
      assert.throws(() => splitMessage(Buffer.from([...body, ...head]), newId), DecodeError, head.join());
    }
  });

  test('may name times beyond what dates can say', () => {
    for (const [first, expected] of [
      [0x7f, 8.64e15],
      [0x80, -8.64e15],
    ] as const) {
      const time = [0x83, first, 0, 0, 0, 0, 0, 0, 1];
      const section = [0x00, 0x53, 0x74, 0xc1, time.length + 4, 2, 0xa1, 1, 65, ...time];
      const { content } = splitMessage(Buffer.from([...section, 0x00, 0x53, 0x75, 0xa0, 0]), newId);
      assert.deepEqual(readApplicationProperties(content.bare).get('A'), new Date(expected));
    }
  });

  test('says when it is scheduled', () => {
    const at = new Date(1_700_000_000_000);
    const encoded = encode({ message_annotations: { 'x-opt-scheduled-enqueue-time': at } });
    assert.equal(splitMessage(encoded, newId).scheduledAtMs, at.getTime());
  });

  test('that is cut or mangled anywhere is refused, never more', () => {
    const encoded = encode(rich);
    for (let length = 0; length < encoded.length; length++) inspect(encoded.subarray(0, length));
    for (let at = 0; at < encoded.length; at++) {
      for (const byte of [0x00, 0x01, 0x40, 0x45, 0x81, 0x83, 0xa1, 0xc0, 0xc1, 0xd1, 0xe0, 0xff])
        inspect(Buffer.from(encoded).fill(byte, at, at + 1));
    }
    assert.throws(() => splitMessage(Buffer.alloc(0), newId), DecodeError);
    assert.throws(() => splitMessage(Buffer.alloc(5_000), newId), DecodeError);
  });
});

/** What is not refused with a DecodeError can be read, whole, as often as one likes. */
function inspect(encoded: Buffer): void {
  let content: Content;
  try {
    ({ content } = splitMessage(encoded, newId));
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return;
  }
  const changed = withProperties(content.bare, { system: new Map([['to', 'a']]), application: new Map([['a', 1n]]) });
  for (const bare of [content.bare, changed]) {
    assertReadable(bare);
    for (const value of Object.values(readSystemProperties(bare))) toText(value);
    for (const value of readApplicationProperties(bare).values()) if (value !== null) toText(value);
  }
  assertReadable(encodeDelivery(content, facts));
}

suite('application properties', () => {
  test('join a message that has none', () => {
    const { content } = splitMessage(encode({}), newId);
    const changed = withApplicationProperties(content.bare, new Map([['why', 'because']]));
    assert.deepEqual(decode(changed).application_properties, { why: 'because' });
    assert.deepEqual([...readApplicationProperties(changed)], [['why', 'because']]);
  });

  test('of every type come back as they were set', () => {
    const { content } = splitMessage(encode(rich), newId);
    const values = new Map(
      Object.entries({ long: 'ä'.repeat(300), none: null, at: new Date(5), bytes: Buffer.of(1, 2), big: 2n ** 60n }),
    );
    const found = readApplicationProperties(withApplicationProperties(content.bare, values));
    for (const [name, value] of values) assert.deepEqual(found.get(name), value, name);
    assert.equal(found.get('text'), 'a');
  });
});

suite('a batch', () => {
  const { message } = rhea;

  test('holds its messages, in order', () => {
    const parts = [encode({ message_id: '1' }), encode({ message_id: '2' })];
    const envelope = message.encode({ message_id: '1', body: message.data_sections(parts) });
    assert.deepEqual(splitBatch(envelope, 2), parts);
    assert.throws(() => splitBatch(envelope, 1), DecodeError);
    assert.equal(batchFormat, 2_147_563_264);
  });

  test('without messages is refused', () => {
    assert.throws(() => splitBatch(message.encode({ body: 'text' }), 10), DecodeError);
  });
});
