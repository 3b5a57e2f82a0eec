import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { JumpingClock } from '@dronedelivery/testing';
import type { Browser, PeekedMessage } from './browser.ts';
import { Watchdog } from './watchdog.ts';

const silenceMs = 30_000;
const hourMs = 3_600_000;
type State = PeekedMessage['state'];

/** An entity that holds messages of these states, numbered from one on. */
class Entity {
  states: State[] = [];
  isAway = false;
  looks = 0;
  onLook = () => {};
  /** Browsers that are open. */
  open = 0;

  browse(): Browser {
    this.open++;
    return {
      peek: async ({ fromSequenceNumber = '0', max }) => {
        this.looks++;
        this.onLook();
        if (this.isAway) throw new Error('away');
        const all = this.states.map((state, index) => ({ state, sequenceNumber: String(index + 1) }));
        const found = all.filter(({ sequenceNumber }) => Number(sequenceNumber) >= Number(fromSequenceNumber));
        return found.slice(0, max) as unknown as PeekedMessage[];
      },
      receiveDeferred: () => assert.fail('the watchdog only looks'),
      [Symbol.asyncDispose]: async () => {
        this.open--;
      },
    };
  }
}

function watch(entity: Entity, more: { readonly isWaiting?: () => boolean } = {}) {
  const clock = new JumpingClock(Date.parse('2026-06-01T12:00:00Z'));
  const rebuilds: string[] = [];
  const { isWaiting = () => true } = more;
  const openBrowser = () => entity.browse();
  const rebuild = (why: string) => rebuilds.push(why);
  const watchdog = new Watchdog({ clock, silenceMs, isWaiting, openBrowser, rebuild });
  return { clock, rebuilds, watchdog };
}

const holding = (...states: State[]) => Object.assign(new Entity(), { states });

suite('the watch over a receiver', () => {
  test('messages that wait and do not come: rebuilt at the second look that finds them, and not before', async () => {
    const { clock, rebuilds } = watch(holding('active'));
    await clock.advance(silenceMs);
    assert.deepEqual(rebuilds, []);
    await clock.advance(silenceMs / 2);
    assert.deepEqual(rebuilds, ['messages wait but none comes']);
  });

  test('rebuilding without success slows down; a message that comes ends that', async () => {
    const { clock, rebuilds, watchdog } = watch(holding('active'));
    await clock.advance(10 * silenceMs);
    const slowed = rebuilds.length;
    assert.ok(slowed >= 2 && slowed <= 4, `${slowed}`);
    watchdog.progressed();
    // The look that was due by the slow pace comes first.
    await clock.advance(4 * silenceMs);
    const before = rebuilds.length;
    watchdog.progressed();
    await clock.advance(1.5 * silenceMs);
    assert.equal(rebuilds.length, before + 1);
  });

  test('whoever receives, has something in hand, or finds nothing active is left alone', async () => {
    const received = watch(holding('active'));
    for (let turn = 0; turn < 10; turn++) {
      await received.clock.advance(silenceMs - 1);
      received.watchdog.progressed();
    }
    const busy = watch(holding('active'), { isWaiting: () => false });
    const nothing = watch(holding('deferred', 'scheduled'));
    for (const { clock } of [busy, nothing]) await clock.advance(10 * silenceMs);
    for (const { rebuilds } of [received, busy, nothing]) assert.deepEqual(rebuilds, []);
  });

  test('an active message is found behind thousands of others, over several looks', async () => {
    const entity = holding(...Array.from({ length: 2500 }, (): State => 'deferred'), 'active');
    const { clock, rebuilds } = watch(entity);
    await clock.advance(4 * silenceMs);
    assert.equal(rebuilds.length, 1);
  });

  test('an entity that cannot be looked into twice is a reason too, and each look has a connection of its own', async () => {
    const entity = Object.assign(new Entity(), { isAway: true });
    const { clock, rebuilds } = watch(entity);
    await clock.advance(1.5 * silenceMs);
    assert.deepEqual(rebuilds, ['the entity cannot be looked into']);
    assert.equal(entity.open, 0);
  });

  test('a failed look is none while the next one finds all well', async () => {
    const entity = new Entity();
    const { clock, rebuilds } = watch(entity);
    await clock.advance(silenceMs / 2);
    for (let look = 0; look < 6; look++) {
      entity.isAway = look % 2 === 0;
      await clock.advance(silenceMs / 2);
    }
    assert.equal(entity.looks, 6);
    assert.deepEqual(rebuilds, []);
  });

  test('what comes while it looks counts', async () => {
    const entity = holding('active');
    const { clock, rebuilds, watchdog } = watch(entity);
    entity.onLook = () => watchdog.progressed();
    await clock.advance(10 * silenceMs);
    assert.ok(entity.looks > 2);
    assert.deepEqual(rebuilds, []);
  });

  for (const jumpMs of [-hourMs, hourMs]) {
    test(`a clock set ${jumpMs < 0 ? 'back' : 'forward'} by an hour does not blind it`, async () => {
      const { clock, rebuilds, watchdog } = watch(holding('active'));
      watchdog.progressed();
      clock.jump(jumpMs);
      await clock.advance(2 * silenceMs);
      assert.equal(rebuilds.length, 1);
    });
  }

  test('a clock set back while all is well costs a look, and no receiver', async () => {
    const entity = new Entity();
    const { clock, rebuilds, watchdog } = watch(entity);
    watchdog.progressed();
    clock.jump(-hourMs);
    await clock.advance(silenceMs);
    assert.deepEqual([entity.looks > 0, rebuilds], [true, []]);
  });

  test('ended, it looks no more and leaves nothing open', async () => {
    const entity = holding('active');
    const { clock, rebuilds, watchdog } = watch(entity);
    await clock.advance(silenceMs);
    await watchdog[Symbol.asyncDispose]();
    const { looks } = entity;
    await clock.advance(10 * silenceMs);
    assert.deepEqual([entity.looks, entity.open, rebuilds], [looks, 0, []]);
  });
});
