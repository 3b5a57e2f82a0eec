import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually, FakeClock, tempFolder } from '@dronedelivery/testing';
import { silentLogger } from '../src/logger.ts';
import { appendOutbox, createOutboxRelay, type OutboxMessage, outboxMigration } from '../src/outbox.ts';
import { type Database, openDatabase } from '../src/sqlite.ts';
import { continuedTrace, runInTrace } from '../src/trace-context.ts';

const migrations = [outboxMigration];
const append = (database: Database, eventId: string, extra: Partial<Parameters<typeof appendOutbox>[1]> = {}) =>
  database.write((sql) => appendOutbox(sql, { entity: 'events', eventId, body: '{}', ...extra }, Date.now()));

describe('the outbox relay', () => {
  test('sends what was committed, in order, with its trace, and nothing that was undone', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const sent: OutboxMessage[] = [];
    await using relay = createOutboxRelay({
      database,
      logger: silentLogger,
      send: async (_, batch) => void sent.push(...batch),
    });
    const trace = continuedTrace(undefined);
    const writes = Array.from({ length: 50 }, (_, index) => append(database, `e${index}`));
    const undone = database.write((sql) => {
      appendOutbox(sql, { entity: 'events', eventId: 'undone', body: '{}' }, Date.now());
      throw new Error('no');
    });
    const traced = runInTrace(trace, () => append(database, 'traced', { properties: { kind: 'x' } }));
    await Promise.allSettled([...writes, undone, traced]);
    await eventually(() => relay.lag().entries === 0);
    assert.deepEqual(
      sent.map(({ eventId }) => eventId),
      [...writes.map((_, index) => `e${index}`), 'traced'],
    );
    assert.ok(sent.at(-1)?.traceparent?.includes(trace.traceId));
    assert.deepEqual(sent.at(-1)?.properties, { kind: 'x' });
  });

  test('keeps trying while the broker is away, loses nothing and keeps the order', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    let away = 4;
    const sent: string[] = [];
    await using relay = createOutboxRelay({
      database,
      logger: silentLogger,
      backoffMsMax: 20,
      send: async (_, batch) => {
        if (away-- > 0) throw new Error('away');
        sent.push(...batch.map(({ eventId }) => eventId));
      },
    });
    await append(database, 'a');
    await append(database, 'b');
    assert.ok(relay.lag().entries === 2);
    await eventually(() => relay.lag().entries === 0);
    assert.deepEqual(sent, ['a', 'b']);
  });

  test('waits longer after each failure, within bounds, and never as long as the others', async () => {
    for (const [random, pauses] of [
      [0, [100, 200, 400, 800, 1600, 2500, 2500]],
      [1, [200, 400, 800, 1600, 3200, 5000, 5000]],
    ] as const) {
      await using folder = await tempFolder();
      await using database = await openDatabase({ file: folder.file('a.db'), migrations });
      await append(database, 'a');
      const clock = new FakeClock(Date.now());
      const attemptsMs: number[] = [];
      const send = async () => {
        attemptsMs.push(clock.now());
        throw new Error('away');
      };
      await using _relay = createOutboxRelay({ database, logger: silentLogger, clock, random: () => random, send });
      await clock.advance(20_000);
      assert.deepEqual(
        pauses.map((_, index) => (attemptsMs[index + 1] ?? 0) - (attemptsMs[index] ?? 0)),
        pauses,
      );
    }
  });

  test('sets aside what can never be sent, and goes on with the rest', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const sent: string[] = [];
    for (const id of ['a', 'huge', 'b']) await append(database, id);
    await using relay = createOutboxRelay({
      database,
      logger: silentLogger,
      send: async (_, batch) => {
        if (batch.some(({ eventId }) => eventId === 'huge'))
          throw Object.assign(new Error('too large'), { isFinal: true });
        sent.push(...batch.map(({ eventId }) => eventId));
      },
    });
    await eventually(() => relay.lag().entries === 0);
    assert.deepEqual(sent, ['a', 'b']);
    assert.equal(
      database.read((sql) => sql.get<{ refused: string }>('SELECT refused FROM outbox'))?.refused,
      'Error: too large',
    );
  });

  test('of two on one file one sends, each entry once, and the other takes over', async () => {
    await using folder = await tempFolder();
    const file = folder.file('a.db');
    await using first = await openDatabase({ file, migrations });
    await using second = await openDatabase({ file, migrations });
    const sent: [string, string][] = [];
    const relayOf = (name: string, database: Database) =>
      createOutboxRelay({
        database,
        logger: silentLogger,
        batchMax: 10,
        pollMs: 10,
        leaseMs: 60_000,
        send: async (_, batch) => void sent.push(...batch.map(({ eventId }) => [name, eventId] as [string, string])),
      });
    const one = relayOf('one', first);
    await append(first, 'first');
    await eventually(() => sent.length === 1);
    const two = relayOf('two', second);
    await Promise.all(Array.from({ length: 100 }, (_, index) => append(index % 2 === 0 ? first : second, `e${index}`)));
    await eventually(() => sent.length === 101, { what: 'all entries' });
    assert.deepEqual([...new Set(sent.map(([name]) => name))], ['one']);
    assert.equal(new Set(sent.map(([, id]) => id)).size, 101);
    await one.close();
    await append(first, 'after');
    await eventually(() => sent.some(([name, id]) => name === 'two' && id === 'after'), { what: 'taking over' });
    await two.close();
  });

  test('a relay that died holds the others up only until its lease ends', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const clock = new FakeClock(Date.now());
    await database.write((sql) =>
      sql.run("INSERT INTO outbox_lease (id, holder, until_ms) VALUES (1, 'dead', ?)", clock.now() + 5000),
    );
    await append(database, 'a');
    let sent = 0;
    await using _relay = createOutboxRelay({ database, logger: silentLogger, clock, send: async () => void sent++ });
    await clock.advance(4900);
    assert.equal(sent, 0);
    await eventually(async () => {
      await clock.advance(200);
      return sent === 1;
    });
  });

  test('a lease is renewed while there is something to send, and respected once another has it', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const clock = new FakeClock(Date.now());
    const sent: string[] = [];
    const send = async (_: string, batch: readonly OutboxMessage[]) =>
      void sent.push(...batch.map(({ eventId }) => eventId));
    const untilMs = () =>
      database.read((sql) => sql.get<{ until_ms: number }>('SELECT until_ms FROM outbox_lease'))?.until_ms;
    await using _relay = createOutboxRelay({ database, logger: silentLogger, clock, leaseMs: 5000, send });
    const sends = async (eventId: string) => {
      await append(database, eventId);
      await eventually(() => sent.includes(eventId), { what: eventId });
    };
    await sends('first');
    const takenAtMs = clock.now();
    assert.equal(untilMs(), takenAtMs + 5000);
    await clock.advance(1000);
    await sends('in the first half');
    assert.equal(untilMs(), takenAtMs + 5000);
    await clock.advance(2000);
    await sends('in the second half');
    assert.equal(untilMs(), clock.now() + 5000);
    await database.write((sql) =>
      sql.run("UPDATE outbox_lease SET holder = 'other', until_ms = ?", clock.now() + 6000),
    );
    await clock.advance(5000);
    await append(database, 'held up');
    await clock.advance(500);
    assert.equal(sent.length, 3);
    await eventually(async () => {
      await clock.advance(600);
      return sent.includes('held up');
    });
  });

  test('a lease from before the clock was set back holds nobody up', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const clock = new FakeClock(Date.now());
    await database.write((sql) =>
      sql.run("INSERT INTO outbox_lease (id, holder, until_ms) VALUES (1, 'dead', ?)", clock.now() + 3_600_000),
    );
    await append(database, 'a');
    let sent = 0;
    await using _relay = createOutboxRelay({ database, logger: silentLogger, clock, send: async () => void sent++ });
    await eventually(() => sent === 1);
  });

  test('waits for an entry that is not due', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const clock = new FakeClock(Date.now());
    const sent: string[] = [];
    await append(database, 'later', { notBeforeMs: clock.now() + 60_000 });
    await append(database, 'now');
    await using _relay = createOutboxRelay({
      database,
      logger: silentLogger,
      clock,
      send: async (_, batch) => void sent.push(...batch.map(({ eventId }) => eventId)),
    });
    await eventually(() => sent.length === 1);
    assert.deepEqual(sent, ['now']);
    await eventually(async () => {
      await clock.advance(5000);
      return sent.length === 2;
    });
    assert.ok(clock.now() >= Date.now());
  });
});
