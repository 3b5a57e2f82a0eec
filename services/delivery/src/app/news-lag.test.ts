import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FakeClock } from '@dronedelivery/testing';
import { giveWay, NewsLag } from './news-lag.ts';

const minuteMs = 60_000;

suite('news of missions', () => {
  const open = (brokerAheadMs = 0) => {
    let monotonicMs = 1000;
    let sequence = 0;
    const lag = new NewsLag({ monotonicMs: () => monotonicMs, lagMsMax: 500 });
    const take = (lainMs: number, aheadMs = brokerAheadMs, sequenceNumber = ++sequence) =>
      lag.taken({ sequenceNumber: `${sequenceNumber}`, enqueuedAtMs: monotonicMs + 1.7e12 + aheadMs - lainMs });
    const pass = (ms: number) => {
      monotonicMs += ms;
    };
    return { lag, pass, take };
  };

  test('is behind when it has lain for longer than what was taken soonest', () => {
    const { lag, take, pass } = open();
    for (const [lainMs, isBehind] of [
      [10, false],
      [500, false],
      [511, true],
      [5000, true],
      [100, false],
    ] as const) {
      take(lainMs);
      assert.equal(lag.isBehind, isBehind, `${lainMs} ms`);
      pass(10_000);
    }
  });

  test("is not behind because the broker's clock is wrong, is set, or goes slower", () => {
    const { lag, take, pass } = open();
    const hourMs = 3_600_000;
    for (const aheadMs of [-hourMs, -hourMs, 0, -hourMs]) {
      take(10, aheadMs);
      assert.equal(lag.isBehind, false);
      pass(1000);
    }
    take(600, -hourMs);
    assert.equal(lag.isBehind, true, 'what was learned since is not forgotten');
    for (let minute = 0; minute < 120; minute++) {
      pass(minuteMs);
      take(10, -hourMs - 10 * minute);
      assert.equal(lag.isBehind, false);
    }
  });

  test('that comes again after its lock was lost tells nothing of the clock', () => {
    const { lag, take, pass } = open();
    take(0);
    pass(60_000);
    take(10);
    take(60_000, 0, 1);
    assert.equal(lag.isBehind, true);
    pass(1000);
    take(600);
    assert.equal(lag.isBehind, true);
  });

  test('is no longer known to be behind once nothing comes any more', () => {
    const { lag, take, pass } = open();
    take(0);
    pass(5000);
    take(4000);
    pass(999);
    assert.equal(lag.isBehind, true);
    pass(1);
    assert.equal(lag.isBehind, false);
  });
});

suite('a new delivery gives way', () => {
  const behind = () => {
    const clock = new FakeClock(0);
    const lag = new NewsLag({ monotonicMs: () => 0, lagMsMax: 500 });
    lag.taken({ sequenceNumber: '1', enqueuedAtMs: 0 });
    lag.taken({ sequenceNumber: '0', enqueuedAtMs: -1000 });
    return { clock, lag };
  };

  test('until news has caught up', async () => {
    const { clock, lag } = behind();
    let isOver = false;
    const waiting = giveWay(lag, clock).then(() => {
      isOver = true;
    });
    await clock.advance(100);
    assert.equal(isOver, false);
    lag.taken({ sequenceNumber: '2', enqueuedAtMs: 0 });
    await clock.advance(50);
    await waiting;
  });

  test('for a second at most', async () => {
    const { clock, lag } = behind();
    const waiting = giveWay(lag, clock);
    await clock.advance(1000);
    await waiting;
    assert.equal(lag.isBehind, true);
  });
});
