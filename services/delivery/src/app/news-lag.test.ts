import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FakeClock } from '@dronedelivery/testing';
import { giveWay, NewsLag } from './news-lag.ts';

const minuteMs = 60_000;

suite('news of missions', () => {
  const open = (brokerAheadMs = 0) => {
    let monotonicMs = 1000;
    const lag = new NewsLag({ monotonicMs: () => monotonicMs, lagMsMax: 500 });
    return {
      lag,
      pass: (ms: number) => {
        monotonicMs += ms;
      },
      take: (lainMs: number, aheadMs = brokerAheadMs) => lag.taken(monotonicMs + 1.7e12 + aheadMs - lainMs),
    };
  };

  test('is behind when it has lain for longer than what was taken soonest', () => {
    const { lag, take } = open();
    take(10);
    assert.equal(lag.isBehind, false);
    take(500);
    assert.equal(lag.isBehind, false);
    take(511);
    assert.equal(lag.isBehind, true);
    take(100);
    assert.equal(lag.isBehind, false);
  });

  test("is not behind because the broker's clock is wrong, and no longer than minutes because it was set", () => {
    const { lag, take, pass } = open(-3_600_000);
    take(10);
    take(20);
    assert.equal(lag.isBehind, false);
    const setBackMs = -3_600_000 - 10_000;
    take(10, setBackMs);
    assert.equal(lag.isBehind, true);
    for (let minute = 0; minute < 10; minute++) {
      pass(minuteMs);
      take(10, setBackMs);
    }
    assert.equal(lag.isBehind, false);
    take(600, setBackMs);
    assert.equal(lag.isBehind, true);
  });

  test('is no longer known to be behind once nothing comes any more', () => {
    const { lag, take, pass } = open();
    take(0);
    take(5000);
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
    lag.taken(0);
    lag.taken(-1000);
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
    lag.taken(0);
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
