import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backlog, type Look } from './backlog.ts';

const limits = { waitingMax: 5, waitingPerBusinessMax: 3, blindAfterMs: 1000 };

/** A backlog beside a queue, in which everything waits that lies there. */
function setUp() {
  const backlog = new Backlog(limits);
  let ids = 0;
  let sequence = 0n;
  const admit = (businessId: string, nowMs = 1, requestId = `request-${ids++}`) =>
    backlog.admit({ requestId, businessId }, nowMs);
  const queued = (businessId: string, requestId = `other-${ids++}`) => ({
    sequence: ++sequence,
    requestId,
    businessId,
  });
  const look = (seen: Partial<Omit<Look, 'number'>> = {}, nowMs = 0) => {
    const { number } = backlog.beginLook({ isAnew: false });
    backlog.endLook({ number, isAnew: false, nextSequence: 0n, found: [], reachedEnd: true, ...seen }, nowMs);
  };
  return { backlog, admit, queued, look };
}

test('a business may have so many waiting, all together so many', () => {
  const { backlog, admit, look } = setUp();
  look();
  const rooms = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'c'].map((business) => admit(business));
  assert.deepEqual(rooms, ['free', 'free', 'free', 'business-full', 'free', 'free', 'full', 'full']);
  assert.equal(backlog.waiting, 5);
});

test('what lies on the queue counts, whoever has put it there', () => {
  const { admit, queued, look } = setUp();
  look({ found: ['a', 'a', 'b'].map((business) => queued(business)) });
  assert.deepEqual(
    ['a', 'a', 'b', 'b'].map((business) => admit(business)),
    ['free', 'business-full', 'free', 'full'],
  );
});

test('a request that is found on the queue is counted once, and so is one that is sent twice', () => {
  const { backlog, admit, queued, look } = setUp();
  look();
  assert.deepEqual([admit('a', 1, 'known'), admit('a', 1, 'known')], ['free', 'free']);
  assert.equal(backlog.waiting, 1);
  look({ found: [queued('a', 'known')] });
  assert.equal(backlog.waiting, 1);
  assert.deepEqual([admit('a'), admit('a'), admit('a')], ['free', 'free', 'business-full']);
});

test('what lies before the next on the queue no longer counts', () => {
  const { backlog, admit, queued, look } = setUp();
  look({ found: ['a', 'a', 'a', 'b'].map((business) => queued(business)) });
  assert.equal(admit('a'), 'business-full');
  look({ nextSequence: 3n });
  assert.equal(backlog.waiting, 2);
  assert.deepEqual([admit('a'), admit('a'), admit('a')], ['free', 'free', 'business-full']);
  look({ nextSequence: undefined, reachedEnd: false });
  assert.equal(backlog.waiting, 2);
});

test('a request that the broker has had since before a look, and that the look does not find, is taken from the queue', () => {
  const { backlog, admit } = setUp();
  const end = (number: number, reachedEnd = true) =>
    backlog.endLook({ number, isAnew: false, nextSequence: undefined, found: [], reachedEnd }, 0);
  end(backlog.beginLook({ isAnew: false }).number);
  for (const requestId of ['before', 'during', 'on its way']) admit('a', 1, requestId);
  backlog.answered('before');
  const { number } = backlog.beginLook({ isAnew: false });
  backlog.answered('during');
  end(number, false);
  assert.equal(backlog.waiting, 3, 'a look that has not come to the end says nothing');
  end(number);
  assert.equal(backlog.waiting, 2, 'the others may have come after the look');
  end(backlog.beginLook({ isAnew: false }).number);
  assert.equal(backlog.waiting, 1);
  backlog.answered('on its way');
  end(backlog.beginLook({ isAnew: false }).number);
  assert.equal(backlog.waiting, 0);
});

test('no more is sought than would leave no room, and what a new look finds replaces what was found', () => {
  const { backlog, admit, queued, look } = setUp();
  assert.equal(backlog.beginLook({ isAnew: false }).foundMax, 5);
  look({ found: ['a', 'a', 'a'].map((business) => queued(business)) });
  assert.equal(backlog.beginLook({ isAnew: false }).foundMax, 2);
  assert.equal(backlog.beginLook({ isAnew: true }).foundMax, 5);
  assert.equal(admit('a'), 'business-full', 'until the new look has ended the old one counts');
  look({ isAnew: true, found: [queued('b')] });
  assert.equal(backlog.waiting, 1);
  assert.equal(admit('a'), 'free');
});

test('a queue that cannot be looked at refuses nobody, and counts nothing', () => {
  const { backlog, admit, look } = setUp();
  assert.equal(admit('a'), 'free', 'before the first look');
  assert.equal(backlog.waiting, 0);
  look();
  for (let count = 0; count < 5; count++) admit(`business-${count}`);
  assert.equal(admit('a', 1000), 'full');
  for (let count = 0; count < 100; count++) assert.equal(admit('a', 1001), 'free');
  assert.equal(backlog.waiting, 5);
  look({}, 1100);
  assert.equal(admit('a', 1101), 'full', 'what was counted then is still on its way');
});
