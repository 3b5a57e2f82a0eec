import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { BrokerError } from '../core/broker-error.ts';
import type { EntityRecord, Journal } from '../core/journal.ts';
import type { Message } from '../core/message.ts';
import { fromRow, keyOf, type MessageRow, sequenceNumberOf, stateCode } from './message-row.ts';
import { migrate } from './schema.ts';

const statements = {
  insert: `INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  update: `UPDATE messages SET state = ?, delivery_count = ? WHERE key = ?`,
  rewrite: `UPDATE messages SET bare = ? WHERE key = ?`,
  remove: `DELETE FROM messages WHERE key = ?`,
  advance: `UPDATE entities SET last_sequence_number = ? WHERE id = ?`,
  remember: `INSERT OR REPLACE INTO remembered_ids VALUES (?, ?, ?)`,
  forget: `DELETE FROM remembered_ids WHERE entity_id = ? AND message_id = ?`,
  messages: `SELECT * FROM messages WHERE key BETWEEN ? AND ? ORDER BY key`,
  keys: `SELECT key FROM messages WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?`,
  remembered: `SELECT message_id, until_ms FROM remembered_ids WHERE entity_id = ? ORDER BY until_ms`,
  entity: `SELECT id, last_sequence_number FROM entities WHERE path = ?`,
  addEntity: `INSERT INTO entities (path, last_sequence_number) VALUES (?, 0)`,
  begin: `BEGIN IMMEDIATE`,
  commit: `COMMIT`,
} as const;

type Statements = Readonly<Record<keyof typeof statements, StatementSync>>;

/**
 * The durable side of the broker. The first change of a turn opens a transaction and `commit` ends it with one fsync.
 * A statement that fails spoils its transaction: the rest of the turn writes nothing and `commit` reports it.
 */
export class SqliteStore implements Journal {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #advanced = new Map<number, number>();
  #open = false;
  #failure: unknown;

  /**
   * @param file a path, or `:memory:`
   * @throws BrokerError `storage-failed`
   */
  constructor(file: string) {
    if (file !== ':memory:') mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    this.#database = openDatabase(file);
    this.#statements = prepareAll(this.#database);
  }

  insert(entityId: number, message: Message): void {
    const { content } = message;
    this.#change('insert', [
      keyOf(entityId, message.sequenceNumber),
      stateCode(message.state),
      message.deliveryCount,
      message.enqueuedSequenceNumber,
      message.enqueuedAtMs,
      Number.isFinite(message.expiresAtMs) ? message.expiresAtMs : null,
      message.scheduledAtMs,
      message.deadLetterSource ?? null,
      content.durable ? 1 : 0,
      content.priority,
      content.timeToLiveMs ?? null,
      content.annotations.length === 0 ? null : content.annotations,
      content.bare,
    ]);
  }

  update(entityId: number, { sequenceNumber, state, deliveryCount }: Message): void {
    this.#change('update', [stateCode(state), deliveryCount, keyOf(entityId, sequenceNumber)]);
  }

  rewrite(entityId: number, { sequenceNumber, content }: Message): void {
    this.#change('rewrite', [content.bare, keyOf(entityId, sequenceNumber)]);
  }

  remove(entityId: number, sequenceNumber: number): void {
    this.#change('remove', [keyOf(entityId, sequenceNumber)]);
  }

  /** Written once a turn, not once a message. */
  advance(entityId: number, sequenceNumber: number): void {
    this.#begin();
    this.#advanced.set(entityId, sequenceNumber);
  }

  remember(entityId: number, messageId: string, untilMs: number): void {
    this.#change('remember', [entityId, messageId, untilMs]);
  }

  forget(entityId: number, messageId: string): void {
    this.#change('forget', [entityId, messageId]);
  }

  /** Makes the turn durable. When it throws, nothing of the turn is. */
  commit(): void {
    if (!this.#open) return;
    for (const [entityId, sequenceNumber] of this.#advanced) this.#change('advance', [sequenceNumber, entityId]);
    this.#advanced.clear();
    this.#open = false;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      this.#statements.commit.run();
    } catch (error) {
      this.#failure = undefined;
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw new BrokerError('storage-failed', 'The change could not be stored.', { cause: error });
    }
  }

  /** The record of an entity, made when it is new. */
  readRecord(entityPath: string): EntityRecord {
    const entity = this.#statements.entity.get(entityPath.toLowerCase());
    if (entity === undefined) {
      this.#statements.addEntity.run(entityPath.toLowerCase());
      return this.readRecord(entityPath);
    }
    const id = Number(entity.id);
    const remembered = this.#statements.remembered.all(id).map((row) => ({
      messageId: String(row.message_id),
      untilMs: Number(row.until_ms),
    }));
    return {
      id,
      lastSequenceNumber: Number(entity.last_sequence_number),
      messages: this.#readMessages(id),
      remembered,
    };
  }

  *#readMessages(entityId: number): Generator<Message> {
    const rows = this.#statements.messages.iterate(keyOf(entityId, 0), keyOf(entityId + 1, -1));
    for (const row of rows) yield fromRow(row as unknown as MessageRow);
  }

  /** Up to `countMax` sequence numbers of an entity from `first` on, in order. */
  sequenceNumbersFrom(entityId: number, first: number, countMax: number): number[] {
    const rows = this.#statements.keys.all(keyOf(entityId, first), keyOf(entityId + 1, -1), countMax);
    return rows.map((row) => sequenceNumberOf(Number(row.key)));
  }

  close(): void {
    this.#database.close();
  }

  #change(name: keyof Statements, values: readonly (string | number | null | Uint8Array)[]): void {
    this.#begin();
    if (this.#failure !== undefined) return;
    try {
      this.#statements[name].run(...values);
    } catch (error) {
      this.#failure = error;
    }
  }

  #begin(): void {
    if (this.#open) return;
    this.#open = true;
    try {
      this.#statements.begin.run();
    } catch (error) {
      this.#failure = error;
    }
  }
}

function openDatabase(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000;');
    migrate(database);
    return database;
  } catch (error) {
    if (error instanceof BrokerError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BrokerError('storage-failed', `The data file ${file} cannot be used: ${reason}`, { cause: error });
  }
}

function prepareAll(database: DatabaseSync): Statements {
  const entries = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(entries) as Statements;
}
