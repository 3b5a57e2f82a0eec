import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClockTrust } from './clock-trust.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function setUp() {
  const time = { wallMs: 1_000_000 * hourMs, steadyMs: 0 };
  const isTrusted = createClockTrust({ now: () => time.wallMs, monotonicMs: () => time.steadyMs, steadyForMs: hourMs });
  const pass = (ms: number) => {
    time.wallMs += ms;
    time.steadyMs += ms;
  };
  return { time, isTrusted, pass };
}

test('a clock is trusted once it has run steadily for long enough', () => {
  const { isTrusted, pass } = setUp();
  assert.equal(isTrusted(), false);
  pass(hourMs - 1);
  assert.equal(isTrusted(), false);
  pass(1);
  assert.equal(isTrusted(), true);
});

for (const stepMs of [20 * 24 * hourMs, -20 * 24 * hourMs, 6000]) {
  test(`a step of ${stepMs} ms costs the trust until the clock has run steadily again`, () => {
    const { time, isTrusted, pass } = setUp();
    pass(hourMs);
    assert.equal(isTrusted(), true);
    time.wallMs += stepMs;
    assert.equal(isTrusted(), false);
    pass(hourMs - 1);
    assert.equal(isTrusted(), false);
    pass(1);
    assert.equal(isTrusted(), true);
  });
}

test('a clock that is slewed into place keeps the trust', () => {
  const { time, isTrusted, pass } = setUp();
  for (let minute = 0; minute < 120; minute++) {
    pass(minuteMs);
    time.wallMs += 30;
    isTrusted();
  }
  assert.equal(isTrusted(), true);
});
