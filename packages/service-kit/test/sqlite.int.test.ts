import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { tempFolder } from '@dronedelivery/testing';
import { AppError } from '../src/app-error.ts';
import { type Database, openDatabase, type SqlWriter } from '../src/sqlite.ts';

const migrations = ['CREATE TABLE item (id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT'];
const insert =
  (id: string, n = 1) =>
  (sql: Parameters<Parameters<Database['write']>[0]>[0]) =>
    sql.run('INSERT INTO item (id, n) VALUES (?, ?)', id, n);
const count = (database: Database) =>
  database.read((sql) => sql.get<{ c: number }>('SELECT count(*) AS c FROM item')?.c);

describe('group commit', () => {
  test('writes of one moment share a commit, and each is undone alone', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const watcher = new DatabaseSync(folder.file('a.db'));
    const version = () => Number(watcher.prepare('PRAGMA data_version').get()?.data_version);
    const before = version();
    const results = await Promise.allSettled([
      database.write(insert('a')),
      database.write((sql) => {
        insert('b')(sql);
        throw new AppError('conflict', 'changed my mind');
      }),
      database.write(insert('a')),
      database.write((sql) => sql.get<{ n: number }>('SELECT n FROM item WHERE id = :id', { id: 'a' })?.n),
      database.write(insert('c')),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.equal((results[1] as PromiseRejectedResult).reason.code, 'conflict');
    assert.equal((results[3] as PromiseFulfilledResult<number>).value, 1);
    assert.equal(count(database), 2);
    const first = version();
    assert.notEqual(first, before);
    watcher.close();
  });

  test('a refusal before the first change lets nobody run again; one after it lets each run once more, alone in the end', async ({
    mock,
  }) => {
    // All in one transaction, however slow this machine is.
    mock.method(performance, 'now', () => 0);
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const refuse = (change: (sql: SqlWriter) => void) => (sql: SqlWriter) => {
      change(sql);
      throw new AppError('conflict');
    };
    const bumpAndRead = (sql: SqlWriter) => sql.get("UPDATE item SET n = n + 1 WHERE id = 'kept' RETURNING n");
    await database.write(insert('kept'));
    for (const { change, runsEach } of [
      { change: (sql: SqlWriter) => sql.get("SELECT n FROM item WHERE id = 'kept'"), runsEach: 1 },
      // What fails has undone itself.
      { change: insert('kept'), runsEach: 1 },
      { change: insert('half'), runsEach: 2 },
      { change: bumpAndRead, runsEach: 2 },
    ]) {
      const runs = [0, 0, 0];
      const counted = (at: number, work: (sql: SqlWriter) => unknown) => (sql: SqlWriter) => {
        runs[at] = (runs[at] ?? 0) + 1;
        return work(sql);
      };
      const [before, refused, after] = await Promise.allSettled([
        database.write(counted(0, bumpAndRead)),
        database.write(counted(1, refuse(change))),
        database.write(counted(2, bumpAndRead)),
      ]);
      assert.equal(refused.status, 'rejected');
      // The one behind a write that failed half-way had not run yet.
      assert.deepEqual(runs, [runsEach, runsEach, 1], change.toString());
      const seen = [before, after].map((one) => (one as PromiseFulfilledResult<{ n: number }>).value.n);
      assert.equal(seen[1], (seen[0] ?? 0) + 1, 'nothing of the refused write is left between the two');
    }
    assert.deepEqual(
      database.read((sql) => sql.all('SELECT id, n FROM item')).map((row) => ({ ...row })),
      [{ id: 'kept', n: 9 }],
    );
  });

  test('of several that fail half-way each is undone alone, and all others stay', async ({ mock }) => {
    mock.method(performance, 'now', () => 0);
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, (_, index) =>
        database.write((sql) => {
          insert(`i${index}`)(sql);
          if (index % 7 === 3) throw new AppError('conflict');
        }),
      ),
    );
    const stayed = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [`i${index}`] : []));
    assert.equal(stayed.length, 34);
    const ids = database.read((sql) => sql.all<{ id: string }>('SELECT id FROM item')).map(({ id }) => id);
    assert.deepEqual(ids.sort(), stayed.sort());
  });

  test('nobody is told of success before the commit', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const watcher = new DatabaseSync(folder.file('a.db'));
    const write = database.write(insert('a')).then(() => watcher.prepare('SELECT count(*) AS c FROM item').get()?.c);
    assert.equal(watcher.prepare('SELECT count(*) AS c FROM item').get()?.c, 0);
    assert.equal(await write, 1);
    watcher.close();
  });

  test('where the commit fails everyone is told just that, also who was refused for what a neighbour had done', async ({
    mock,
  }) => {
    // All in one transaction, however slow this machine is.
    mock.method(performance, 'now', () => 0);
    await using folder = await tempFolder();
    const orphans = 'CREATE TABLE orphan (parent TEXT REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED) STRICT';
    await using database = await openDatabase({ file: folder.file('a.db'), migrations: [...migrations, orphans] });
    let announced = 0;
    database.onChange('item', () => announced++);
    const outcomes = await Promise.allSettled([
      database.write((sql) => {
        insert('a')(sql);
        sql.announce('item');
      }),
      database.write((sql) => {
        if (sql.get("SELECT 1 FROM item WHERE id = 'a'") !== undefined) throw new AppError('conflict');
      }),
      database.write((sql) => sql.run("INSERT INTO orphan VALUES ('nobody')")),
    ]);
    for (const outcome of outcomes) {
      assert.equal(outcome.status, 'rejected');
      assert.match(outcome.reason.message, /FOREIGN KEY/);
    }
    assert.deepEqual([count(database), announced], [0, 0]);
    await database.write(insert('a'));
    assert.equal(count(database), 1);
  });

  test('a write that takes long is committed at once: others get their turn before the next', async ({ mock }) => {
    let nowMs = 0;
    mock.method(performance, 'now', () => nowMs);
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const order: string[] = [];
    const long = (id: string) => (sql: Parameters<Parameters<Database['write']>[0]>[0]) => {
      nowMs += 60;
      insert(id)(sql);
      setImmediate(() => order.push(`turn after ${id}`));
      order.push(id);
    };
    await Promise.all([database.write(long('a')), database.write(long('b'))]);
    assert.deepEqual(order, ['a', 'turn after a', 'b']);
  });

  test('only a write that stays announces anything', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    let announced = 0;
    database.onChange('item', () => announced++);
    const undone = database.write((sql) => {
      sql.announce('item');
      throw new AppError('conflict');
    });
    await assert.rejects(undone);
    assert.equal(announced, 0);
    await database.write((sql) => sql.announce('item'));
    assert.equal(announced, 1);
  });

  test('memory learns of a write once, after the commit and before anybody else, and never of what was undone', async ({
    mock,
  }) => {
    // All in one transaction, however slow this machine is.
    mock.method(performance, 'now', () => 0);
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const watcher = new DatabaseSync(folder.file('a.db'));
    const order: string[] = [];
    const write = async (id: string, fails: (run: number) => boolean) => {
      let run = 0;
      const written = database.write((sql) => {
        sql.afterCommit(() => order.push(`${id} ${watcher.prepare('SELECT count(*) AS c FROM item').get()?.c}`));
        if (fails(++run)) throw new AppError('conflict');
        insert(id)(sql);
        if (id === 'b') throw new AppError('conflict');
      });
      await written.then(() => order.push(`${id} told`)).catch(() => order.push(`${id} refused`));
    };
    const never = () => false;
    // The third takes the transaction back: those before it run again, and one of them changes its mind.
    await Promise.all([write('a', never), write('d', (run) => run > 1), write('b', never), write('c', never)]);
    assert.deepEqual(order.slice(0, 2), ['a 2', 'c 2']);
    assert.deepEqual(order.slice(2).sort(), ['a told', 'b refused', 'c told', 'd refused']);
    watcher.close();
  });

  test('a thousand writes take few transactions', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations, batchMax: 250 });
    let commits = 0;
    database.onChange('item', () => commits++);
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        database.write((sql) => {
          insert(`i${index}`)(sql);
          sql.announce('item');
        }),
      ),
    );
    assert.equal(count(database), 1000);
    assert.ok(commits >= 4 && commits < 50, `${commits} commits`);
  });

  test('waits for another process without blocking, and gives up in time', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations, busyLimitMs: 300 });
    const other = new DatabaseSync(folder.file('a.db'));
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const ticker = setInterval(() => turns++, 5);
    const given = await Promise.allSettled([database.write(insert('a')), database.write(insert('b'))]);
    assert.ok(given.every((one) => one.status === 'rejected' && one.reason.code === 'unavailable'));
    assert.ok(turns > 10, `the event loop turned ${turns} times`);
    const waiting = database.write(insert('c'));
    setTimeout(() => other.exec('COMMIT'), 50);
    await waiting;
    clearInterval(ticker);
    other.close();
    assert.equal(count(database), 1);
  });

  test('a full disk is unavailable, harms nothing, and passes', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    await database.write(insert('before'));
    const pages = database.read((sql) => sql.get<{ page_count: number }>('PRAGMA page_count')?.page_count) ?? 0;
    const limit = (max: number) => database.read((sql) => sql.get(`PRAGMA max_page_count = ${max}`));
    limit(pages);
    const big = 'x'.repeat(200_000);
    const outcomes = await Promise.allSettled([database.write(insert('small')), database.write(insert(big))]);
    const failed = outcomes.filter((one) => one.status === 'rejected');
    assert.ok(failed.length >= 1);
    assert.ok(failed.every(({ reason }) => reason instanceof AppError && reason.code === 'unavailable'));
    assert.match(failed[0]?.reason.detail, /disk is full/);
    limit(1_000_000);
    await database.write(insert(big));
    assert.equal(count(database), outcomes.filter(({ status }) => status === 'fulfilled').length + 2);
  });

  test('a store grows to its bound and no further, reads on, and goes on when there is room', async () => {
    await using folder = await tempFolder();
    const bytesMax = 1024 * 1024;
    await using database = await openDatabase({ file: folder.file('a.db'), migrations, bytesMax });
    const big = (n: number) => insert(`${n}${'x'.repeat(50_000)}`);
    let written = 0;
    await assert.rejects(
      async () => {
        for (;;) await database.write(big(written++));
      },
      (error: AppError) => error.code === 'unavailable' && error.extra.retryAfterS !== undefined,
    );
    assert.equal(count(database), written - 1);
    const pages = database.read((sql) => sql.get<{ page_count: number }>('PRAGMA page_count')?.page_count) ?? 0;
    assert.ok(pages * 4096 > bytesMax / 2 && pages * 4096 <= bytesMax, `${pages} pages`);
    await database.write((sql) => sql.run('DELETE FROM item WHERE id LIKE ?', '0x%'));
    await database.write(big(written));
  });

  test('an overfull queue refuses, and a closed database too', async () => {
    await using folder = await tempFolder();
    const database = await openDatabase({ file: folder.file('a.db'), migrations, queueMax: 3 });
    const writes = Array.from({ length: 5 }, (_, index) => database.write(insert(`i${index}`)));
    const outcomes = await Promise.allSettled(writes);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    );
    const last = database.write(insert('last'));
    await database.close();
    await last;
    await assert.rejects(database.write(insert('late')), (error: AppError) => error.code === 'unavailable');
  });

  test('a write that waits is a mistake and changes nothing', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const asynchronous = database.write(async (sql) => insert('a')(sql));
    await assert.rejects(asynchronous, TypeError);
    assert.equal(count(database), 0);
  });
});

describe('opening', () => {
  test('several at once migrate once, and see each other', async () => {
    await using folder = await tempFolder();
    const file = folder.file('sub/a.db');
    const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ file, migrations })));
    const [one, two] = opened as [Database, Database];
    const seen = two.foreignVersion();
    await one.write(insert('a'));
    assert.notEqual(two.foreignVersion(), seen);
    assert.equal(count(two), 1);
    await Promise.all(opened.map((database) => database.close()));
  });

  test('goes on from an older schema, refuses a newer one, and leaves a failed step undone', async () => {
    await using folder = await tempFolder();
    const file = folder.file('a.db');
    await (await openDatabase({ file, migrations })).close();
    const next = [...migrations, "ALTER TABLE item ADD COLUMN tag TEXT NOT NULL DEFAULT ''"];
    await assert.rejects(
      openDatabase({ file, migrations: [...next, 'CREATE TABLE other (x); NONSENSE'] }),
      /syntax error/,
    );
    const database = await openDatabase({ file, migrations: next });
    await database.write((sql) => sql.run("INSERT INTO item (id, n, tag) VALUES ('a', 1, 't')"));
    await database.close();
    await assert.rejects(openDatabase({ file, migrations }), /newer release/);
  });

  test('commits survive: the log is written ahead and synchronous', async () => {
    await using folder = await tempFolder();
    await using database = await openDatabase({ file: folder.file('a.db'), migrations });
    const pragma = (name: string) => Object.values(database.read((sql) => sql.get(`PRAGMA ${name}`)) ?? {})[0];
    assert.deepEqual(['journal_mode', 'synchronous', 'foreign_keys'].map(pragma), ['wal', 2, 1]);
  });
});
