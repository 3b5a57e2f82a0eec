import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InnerSender } from './rhea-internals.ts';
import { readSessionWish, sessionFilter, sessionProperties } from './session-filter.ts';

const name = 'com.microsoft:session-filter';

const wish = (filter: unknown, properties?: unknown) =>
  readSessionWish({ source: { filter }, properties } as unknown as InnerSender);

test('a link asks for a session by its filter', () => {
  assert.deepEqual(wish({ [name]: 'a' }), { sessionId: 'a', timeoutMs: 60_000 });
  assert.deepEqual(wish({ [name]: { value: 'a' } })?.sessionId, 'a');
  for (const any of [null, undefined, { value: null }, {}, 7])
    assert.deepEqual(wish({ [name]: any })?.sessionId, undefined);
});

test('a link without that filter asks for none', () => {
  for (const filter of [undefined, null, {}, { other: 'a' }]) assert.equal(wish(filter), undefined);
  assert.equal(readSessionWish({} as InnerSender), undefined);
});

test('how long a client waits is its own choice, within bounds', () => {
  const timeout = (value: unknown) => wish({ [name]: null }, { 'com.microsoft:timeout': value })?.timeoutMs;
  assert.deepEqual(
    [1, 500, 3_600_000, 3_600_001, 0, -1, 'x', undefined].map(timeout),
    [1, 500, 3_600_000, 3_600_000, 60_000, 60_000, 60_000, 60_000],
  );
});

test('the answer names the session, and until when it is locked in ticks since the year 1', () => {
  assert.deepEqual(sessionFilter('a'), { [name]: 'a' });
  const properties = sessionProperties(1_700_000_000_123.9) as Record<string, { readonly value: Buffer }>;
  const ticks = properties['com.microsoft:locked-until-utc']?.value;
  assert.deepEqual([ticks?.length, ticks?.readBigInt64BE()], [8, 638_355_968_001_230_000n]);
});
