import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createRandom } from '../../test/support/random.ts';
import { message } from '../../test/support/samples.ts';
import type { HeldSession } from './held-session.ts';
import type { Message, MessageCopy } from './message.ts';
import { type SessionQueue, Sessions } from './sessions.ts';

const lockMs = 100;

/** The sessions of a queue that hands out messages and takes them back, and nothing else. */
function create() {
  const lost: string[] = [];
  const givenBack: number[] = [];
  let available = 0;
  let last = 0;
  const queue: SessionQueue = {
    path: 'q',
    giveBack(returned) {
      returned.deliveryCount++;
      givenBack.push(returned.sequenceNumber);
      sessions.offer(returned, 'giveBack');
    },
    onSessionAvailable: () => available++,
    lockNext: (_nowMs, session) => copyOf(lockNext(session)),
    takeNext: (_nowMs, session) => copyOf(session.ready.take()),
  };
  const sessions = new Sessions(queue, lockMs, () => true);

  function lockNext(session: HeldSession): Message | undefined {
    const next = session.ready.take();
    if (next !== undefined) session.held.add(next);
    return next;
  }

  /** Puts a message into a session; says who is to be told of it. */
  function put(sessionId: string, fields: Partial<Message> = {}) {
    const one = message({ sequenceNumber: ++last, sessionId, ...fields });
    sessions.join(one);
    const outlet = one.state === 'active' ? sessions.offer(one, 'append') : undefined;
    return { one, outlet };
  }

  function accept(id: string | undefined, nowMs = 0, owner = 'receiver') {
    return sessions.accept(id, { owner, onLost: () => lost.push(owner) }, nowMs);
  }

  function acceptThere(id: string | undefined, nowMs = 0, owner = 'receiver'): HeldSession {
    const held = accept(id, nowMs, owner);
    assert.ok(held !== undefined, 'no session');
    return held;
  }

  /** The message is settled for good. */
  function settle(held: HeldSession, one: Message): void {
    held.held.delete(one);
    one.removed = true;
    sessions.leave(one);
  }

  const announced = () => {
    const count = available;
    available = 0;
    return count;
  };
  return { sessions, lost, givenBack, put, accept, acceptThere, lockNext, settle, announced };
}

function copyOf(taken: Message | undefined): MessageCopy | undefined {
  return taken === undefined ? undefined : ({ ...taken, content: undefined } as unknown as MessageCopy);
}

const ids = (held: HeldSession | undefined) => held?.id;

suite('a session', () => {
  test('has one holder', () => {
    const { put, acceptThere, accept } = create();
    put('a');
    put('b');
    const held = acceptThere('a');
    assert.equal(held.untilMs, lockMs);
    assert.throws(() => accept('a'), { code: 'session-cannot-be-locked', message: /'a' of 'q'/ });
    assert.equal(ids(accept('b')), 'b');
  });

  test('can be held before anything is in it, and what comes then goes to its holder', () => {
    const { put, acceptThere, announced } = create();
    const held = acceptThere('later');
    assert.equal(held.hasReady, false);
    assert.equal(put('later').outlet, held);
    assert.equal(announced(), 0);
    assert.equal(held.hasReady, true);
  });

  test('is announced when it has something and nobody holds it', () => {
    const { put, announced } = create();
    assert.equal(put('a').outlet, undefined);
    assert.equal(announced(), 1);
    put('a', { state: 'deferred' });
    assert.equal(announced(), 0);
  });

  test('has its messages in order, also those that come back in between', () => {
    const { sessions, put, acceptThere, lockNext } = create();
    const numbers = ['a', 'a', 'b', 'a'].map((id) => put(id).one.sequenceNumber);
    const first = acceptThere('a');
    assert.equal(lockNext(first)?.sequenceNumber, numbers[0]);
    assert.equal(lockNext(first)?.sequenceNumber, numbers[1]);
    sessions.release(first, 1);
    const second = acceptThere('a', 2);
    const order = [lockNext(second), lockNext(second), lockNext(second), lockNext(second)];
    assert.deepEqual(
      order.map((one) => one?.sequenceNumber),
      [numbers[0], numbers[1], numbers[3], undefined],
    );
  });
});

suite('an empty session', () => {
  test('is forgotten when nobody holds it, however it became so', () => {
    const { sessions, acceptThere, put, lockNext, settle } = create();
    const emptied = acceptThere('a');
    sessions.release(emptied, 1);
    const anew = acceptThere('a', 1);
    assert.notEqual(anew.ready, emptied.ready);
    const { one } = put('a');
    lockNext(anew);
    sessions.release(anew, 2);
    settle(anew, one);
    assert.notEqual(acceptThere('a', 2).ready, anew.ready);
  });

  test('stays with its holder', () => {
    const { put, accept, acceptThere, lockNext, settle } = create();
    put('a');
    const held = acceptThere('a');
    settle(held, lockNext(held) as Message);
    assert.throws(() => accept('a'), { code: 'session-cannot-be-locked' });
    assert.equal(put('a').outlet, held);
  });
});

suite('the next session', () => {
  test('is the one that has waited longest, each once', () => {
    const { put, accept } = create();
    for (const id of ['b', 'a', 'b', 'c']) put(id);
    assert.deepEqual([accept(undefined), accept(undefined), accept(undefined), accept(undefined)].map(ids), [
      'b',
      'a',
      'c',
      undefined,
    ]);
  });

  test('is none without anything ready', () => {
    const { put, accept, acceptThere, lockNext, settle } = create();
    put('deferred', { state: 'deferred' });
    const { one } = put('gone');
    one.removed = true;
    assert.equal(accept(undefined), undefined);
    put('done');
    const held = acceptThere('done');
    settle(held, lockNext(held) as Message);
    assert.equal(accept(undefined), undefined);
  });

  test('comes after the others when it was given back with something left', () => {
    const { sessions, put, acceptThere, accept, announced } = create();
    for (const id of ['a', 'b']) put(id);
    const held = acceptThere(undefined);
    announced();
    sessions.release(held, 1);
    assert.equal(announced(), 1);
    assert.deepEqual([accept(undefined, 2), accept(undefined, 2)].map(ids), ['b', 'a']);
  });

  test('is not announced when it is given back empty', () => {
    const { sessions, put, acceptThere, accept, lockNext, settle, announced } = create();
    put('a');
    const held = acceptThere('a');
    settle(held, lockNext(held) as Message);
    announced();
    sessions.release(held, 1);
    assert.equal(announced(), 0);
    assert.equal(accept(undefined, 2), undefined);
  });
});

suite('a holder that goes', () => {
  test('gives back what it had locked without counting a delivery', () => {
    const { sessions, put, acceptThere, lockNext, givenBack, lost } = create();
    const { one } = put('a');
    put('a');
    const held = acceptThere('a');
    lockNext(held);
    sessions.release(held, 1);
    assert.deepEqual(givenBack, [one.sequenceNumber]);
    assert.equal(one.deliveryCount, 0);
    assert.deepEqual(lost, [], 'it knows');
    assert.equal(held.hasReady, false);
    assert.equal(held.lockNext(1), undefined);
  });

  test('cannot go twice, nor take the session from who holds it then', () => {
    const { sessions, put, acceptThere, lockNext, givenBack } = create();
    put('a');
    const first = acceptThere('a');
    sessions.release(first, 1);
    const second = acceptThere('a', 2, 'second');
    lockNext(second);
    sessions.release(first, 3);
    assert.deepEqual(givenBack, []);
    assert.equal(sessions.get('a', 'second', 4), second);
  });
});

suite('a lock', () => {
  test('ends after its time: messages come back, counted, and the holder is told', () => {
    const { sessions, put, acceptThere, lockNext, lost, announced } = create();
    const { one } = put('a');
    const held = acceptThere('a', 50, 'owner');
    lockNext(held);
    announced();
    assert.equal(sessions.nextMs, 50 + lockMs);
    assert.equal(sessions.endDue(50 + lockMs - 1), false);
    assert.equal(sessions.endDue(50 + lockMs), true);
    assert.equal(sessions.endDue(50 + lockMs), false);
    assert.equal(one.deliveryCount, 1);
    assert.deepEqual(lost, ['owner']);
    assert.ok(announced() > 0);
    assert.equal(sessions.nextMs, Number.POSITIVE_INFINITY);
  });

  test('that is renewed lasts from then on', () => {
    const { sessions, acceptThere } = create();
    const held = acceptThere('a');
    sessions.renew(held, 60);
    assert.equal(held.untilMs, 60 + lockMs);
    assert.equal(sessions.endDue(lockMs), false);
    assert.equal(sessions.get('a', undefined, lockMs), held);
    assert.equal(sessions.endDue(60 + lockMs), true);
  });

  test('lasts as long as was said when it was taken or renewed', () => {
    const { sessions, acceptThere } = create();
    const held = acceptThere('a');
    sessions.lockDurationMs = 1_000;
    assert.equal(held.untilMs, lockMs);
    assert.equal(acceptThere('b').untilMs, 1_000);
    sessions.renew(held, 5);
    assert.equal(held.untilMs, 1_005);
  });

  test('that has ended keeps nobody out, even when nobody has noticed yet', () => {
    const { sessions, put, acceptThere, lockNext, lost } = create();
    const { one } = put('a');
    const first = acceptThere('a', 0, 'first');
    lockNext(first);
    const second = acceptThere('a', lockMs, 'second');
    assert.deepEqual(lost, ['first']);
    assert.equal(one.deliveryCount, 1);
    assert.equal(lockNext(second), one);
    assert.equal(sessions.endDue(lockMs), false, 'the lock of the second goes on');
  });

  test('hands out nothing when it has ended', () => {
    const { put, acceptThere } = create();
    put('a');
    put('a');
    const held = acceptThere('a');
    assert.equal(held.lockNext(lockMs), undefined);
    assert.equal(held.takeNext(lockMs), undefined);
    assert.notEqual(held.lockNext(lockMs - 1), undefined);
    assert.notEqual(held.takeNext(lockMs - 1), undefined);
  });
});

suite('who refers to a session', () => {
  test('has to hold it', () => {
    const { sessions, acceptThere } = create();
    const held = acceptThere('a', 0, 'owner');
    assert.equal(sessions.get('a', 'owner', 1), held);
    assert.equal(sessions.get('a', undefined, 1), held);
    const lost = { code: 'session-lock-lost', message: /'a'/ };
    assert.throws(() => sessions.get('a', 'other', 1), lost);
    assert.throws(() => sessions.get('a', 'owner', lockMs), lost);
    sessions.release(held, 1);
    assert.throws(() => sessions.get('a', 'owner', 1), lost);
    assert.throws(() => sessions.get('never', undefined, 1), { code: 'session-lock-lost' });
  });

  test('is asked for by whoever wants to delete the queue', () => {
    const { sessions, put, acceptThere } = create();
    put('a');
    assert.equal(sessions.hasHolders, false);
    const held = acceptThere('a');
    assert.equal(sessions.hasHolders, true);
    sessions.release(held, 1);
    assert.equal(sessions.hasHolders, false);
  });
});

test('memory that goes back to what is durable ends all, and tells the holders', () => {
  const { sessions, put, accept, acceptThere, lost, givenBack } = create();
  for (const id of ['a', 'b']) put(id);
  const held = acceptThere('a', 0, 'first');
  acceptThere('c', 0, 'second');
  sessions.clear();
  assert.deepEqual(lost, ['first', 'second']);
  assert.deepEqual(givenBack, [], 'they are read again');
  assert.equal(sessions.nextMs, Number.POSITIVE_INFINITY);
  assert.equal(accept(undefined), undefined);
  assert.equal(held.hasReady, false);
  sessions.release(held, 1);
  assert.deepEqual(givenBack, []);
});

interface Holder {
  readonly held: HeldSession;
  readonly locked: Message[];
}

/** Many receivers; what they settle is held against the promise that each session is worked on in order. */
function createReceivers() {
  const { sessions, put, accept, lockNext, settle } = create();
  const latest = new Map<string, number>();
  const holders: Holder[] = [];
  const counts = { sent: 0, settled: 0 };

  return {
    sessions,
    holders,
    counts,
    send(id: string): void {
      put(id);
      counts.sent++;
    },
    accept(nowMs: number): boolean {
      const held = accept(undefined, nowMs);
      if (held !== undefined) holders.push({ held, locked: [] });
      return held !== undefined;
    },
    lock({ held, locked }: Holder): boolean {
      const one = lockNext(held);
      if (one !== undefined) locked.push(one);
      return one !== undefined;
    },
    settle({ held, locked }: Holder): void {
      const one = locked.shift();
      if (one === undefined) return;
      assert.ok(one.sequenceNumber > (latest.get(held.id) ?? 0), `${one.sequenceNumber} is out of order`);
      latest.set(held.id, one.sequenceNumber);
      settle(held, one);
      counts.settled++;
    },
    leave(holder: Holder, nowMs: number): void {
      sessions.release(holder.held, nowMs);
    },
    /** Receivers see for themselves that their lock has ended. */
    forgetLost(nowMs: number): void {
      const kept = holders.filter(({ held }) => !held.removed && held.untilMs > nowMs);
      holders.splice(0, holders.length, ...kept);
    },
  };
}

test('however receivers come and go, each session is worked on in order and by one at a time', () => {
  const receivers = createReceivers();
  const { sessions, holders, counts } = receivers;
  const random = createRandom(7);
  let nowMs = 0;
  const advance = () => {
    nowMs += random.below(20);
    if (random.below(2) === 0) while (sessions.endDue(nowMs));
  };
  const withHolder = (work: (holder: Holder) => void) => () => {
    const holder = holders[random.below(holders.length)];
    if (holder !== undefined) work(holder);
  };
  const [lock, settle] = [withHolder(receivers.lock), withHolder(receivers.settle)];
  const leave = withHolder((holder) => receivers.leave(holder, nowMs));
  const send = () => receivers.send(random.pick(['a', 'b', 'c', 'd']));
  const actions = [send, send, () => receivers.accept(nowMs), lock, lock, lock, settle, settle, settle, leave, advance];
  for (let step = 0; step < 5_000; step++) {
    random.pick(actions)();
    receivers.forgetLost(nowMs);
    assert.equal(new Set(holders.map(({ held }) => held.id)).size, holders.length, 'a session has two holders');
  }
  assert.ok(counts.settled > 300, `only ${counts.settled} of ${counts.sent} were settled`);
  for (const holder of holders.splice(0)) receivers.leave(holder, nowMs);
  while (receivers.accept(nowMs));
  for (const holder of holders) {
    while (receivers.lock(holder));
    while (holder.locked.length > 0) receivers.settle(holder);
  }
  assert.equal(counts.settled, counts.sent, 'messages are lost');
});
