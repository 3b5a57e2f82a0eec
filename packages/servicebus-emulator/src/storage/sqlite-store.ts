import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Content } from '../codec/content.ts';
import { BrokerError } from '../core/broker-error.ts';
import { type EntityRecord, type Journal, stateOverheadBytes } from '../core/journal.ts';
import { bytesOf, type Message, type MessageCopy } from '../core/message.ts';
import { ContentCache } from './content-cache.ts';
import { explainStorage, isDiskFull, reading } from './damage.ts';
import { DatabasePages, pageBytes } from './database-pages.ts';
import { DurableLog } from './durable-log.ts';
import { type LogSync, memorySync, WalSync } from './log-sync.ts';
import {
  type ContentRow,
  contentColumns,
  contentOf,
  fromRow,
  keyOf,
  type MessageRow,
  messageColumns,
  stateCode,
} from './message-row.ts';
import { type Reserve, ReserveFile } from './reserve.ts';
import { RevisionTable } from './revision-table.ts';
import { type OnRoom, Room } from './room.ts';
import { migrate } from './schema.ts';

const statements = {
  insert: `INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  update: `UPDATE messages SET state = ?, delivery_count = ? WHERE key = ?`,
  rewrite: `UPDATE messages SET bare = ? WHERE key = ?`,
  remove: `DELETE FROM messages WHERE key = ?`,
  advance: `UPDATE entities SET last_sequence_number = ? WHERE id = ?`,
  remember: `INSERT OR REPLACE INTO remembered_ids VALUES (?, ?, ?)`,
  forget: `DELETE FROM remembered_ids WHERE entity_id = ? AND message_id = ?`,
  messages: `SELECT ${messageColumns} FROM messages WHERE key BETWEEN ? AND ? ORDER BY key`,
  copies: `SELECT ${messageColumns}, ${contentColumns} FROM messages WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?`,
  contents: `SELECT ${contentColumns} FROM messages WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?`,
  copiesOfSession: `SELECT ${messageColumns}, ${contentColumns} FROM messages
    WHERE key BETWEEN ? AND ? AND session_id = ? ORDER BY key LIMIT ?`,
  writeState: `INSERT OR REPLACE INTO session_states VALUES (?, ?, ?, ?)`,
  clearState: `DELETE FROM session_states WHERE entity_id = ? AND session_id = ?`,
  state: `SELECT state FROM session_states WHERE entity_id = ? AND session_id = ?`,
  stateBytes: `SELECT ifnull(sum(length(state) + ${stateOverheadBytes}), 0) AS bytes FROM session_states WHERE entity_id = ?`,
  sessionsWithMessages: `SELECT DISTINCT session_id FROM messages
    WHERE session_id IS NOT NULL AND key BETWEEN ? AND ? ORDER BY session_id LIMIT ? OFFSET ?`,
  sessionsWithState: `SELECT session_id FROM session_states
    WHERE entity_id = ? AND written_at_ms >= ? ORDER BY session_id LIMIT ? OFFSET ?`,
  remembered: `SELECT message_id, until_ms FROM remembered_ids WHERE entity_id = ? ORDER BY until_ms`,
  entity: `SELECT id, last_sequence_number FROM entities WHERE path = ?`,
  addEntity: `INSERT INTO entities (path, last_sequence_number) VALUES (?, 0)`,
  dropMessages: `DELETE FROM messages WHERE key BETWEEN ? AND ?`,
  dropRemembered: `DELETE FROM remembered_ids WHERE entity_id = ?`,
  dropStates: `DELETE FROM session_states WHERE entity_id = ?`,
  dropEntity: `DELETE FROM entities WHERE id = ?`,
  begin: `BEGIN IMMEDIATE`,
  commit: `COMMIT`,
} as const;

export interface StoreOptions {
  /** Of contents kept in memory. */
  readonly cacheBytesMax: number;
  /** When it throws, the turn cannot be stored. */
  readonly beforeCommit: () => void;
  /** Of the data file, its log apart. Beyond that nothing more is taken in. */
  readonly bytesMax: number;
  readonly nowMs: () => number;
  readonly onRoom: OnRoom;
  readonly openLog: (file: string) => LogSync;
  /** The disk has lost what it had taken: nothing more can be stored until the file is opened again. */
  readonly onBroken: (error: BrokerError) => void;
  readonly openReserve: (file: string) => Reserve;
}

const defaultOptions: StoreOptions = {
  cacheBytesMax: 32 * 1024 * 1024,
  beforeCommit: () => undefined,
  bytesMax: Number.POSITIVE_INFINITY,
  nowMs: Date.now,
  onRoom: () => undefined,
  openLog: (file) => new WalSync(file),
  onBroken: () => undefined,
  openReserve: (file) => new ReserveFile(file),
};
/** Who reads one message will mostly want the next ones too. */
const readAheadMessages = 64;
const readAheadBytes = 256 * 1024;

type Statements = Readonly<Record<keyof typeof statements, StatementSync>>;

/**
 * The durable side of the broker. The first change of a turn opens a transaction, `commit` ends it, and a sync of its
 * `log` brings it to the disk. A statement that fails spoils its transaction: the rest of the turn writes nothing and `commit` reports it.
 */
export class SqliteStore implements Journal {
  readonly revisions: RevisionTable;
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #contents: ContentCache;
  readonly #advanced = new Map<number, number>();
  /** By the turn that runs, or by one that could not be stored. */
  readonly #touched = new Set<number>();
  readonly #beforeCommit: () => void;
  readonly #file: string;
  /** Whether there is room for more messages. */
  readonly room: Room;
  /** Makes durable what is committed. */
  readonly log: DurableLog;
  #open = false;
  #failure: unknown;

  /**
   * @param file a path, or `:memory:`
   * @throws BrokerError `storage-failed`
   */
  constructor(file: string, options: Partial<StoreOptions> = {}) {
    const { cacheBytesMax, beforeCommit, openReserve, openLog, onBroken, ...roomOptions } = {
      ...defaultOptions,
      ...options,
    };
    this.#file = file;
    this.#contents = new ContentCache(cacheBytesMax);
    this.#beforeCommit = beforeCommit;
    if (file !== ':memory:') mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    this.#database = openDatabase(file, roomOptions.bytesMax);
    this.#statements = prepareAll(this.#database);
    const onDisk = file === ':memory:' ? undefined : file;
    this.log = new DurableLog(file, onDisk === undefined ? memorySync : openLog(onDisk), onBroken);
    const reserve = onDisk === undefined ? undefined : openReserve(onDisk);
    this.room = new Room({ ...roomOptions, reserve, pages: new DatabasePages(this.#database, file) });
    this.revisions = new RevisionTable(this.#database, (statement, values) => this.#run(statement, values));
  }

  insert(entityId: number, message: Message, content: Content): void {
    const key = keyOf(entityId, message.sequenceNumber);
    message.turn = this.log.turn;
    this.#contents.set(key, content);
    this.touch(entityId);
    this.#change('insert', [
      key,
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
      message.sessionId ?? null,
      message.hops,
    ]);
  }

  isDurable({ turn }: Message): boolean {
    return this.log.isDurable(turn);
  }

  update(entityId: number, { sequenceNumber, state, deliveryCount }: Message): void {
    this.touch(entityId);
    this.#change('update', [stateCode(state), deliveryCount, keyOf(entityId, sequenceNumber)]);
  }

  rewrite(entityId: number, sequenceNumber: number, content: Content): void {
    const key = keyOf(entityId, sequenceNumber);
    this.#contents.set(key, content);
    this.touch(entityId);
    this.#change('rewrite', [content.bare, key]);
  }

  remove(entityId: number, sequenceNumber: number): void {
    const key = keyOf(entityId, sequenceNumber);
    this.#contents.delete(key);
    this.touch(entityId);
    this.#change('remove', [key]);
  }

  /** Written once a turn, not once a message. */
  advance(entityId: number, sequenceNumber: number): void {
    this.#begin();
    this.touch(entityId);
    this.#advanced.set(entityId, sequenceNumber);
  }

  remember(entityId: number, messageId: string, untilMs: number): void {
    this.touch(entityId);
    this.#change('remember', [entityId, messageId, untilMs]);
  }

  forget(entityId: number, messageId: string): void {
    this.touch(entityId);
    this.#change('forget', [entityId, messageId]);
  }

  writeSessionState(entityId: number, sessionId: string, state: Buffer | undefined, writtenAtMs: number): void {
    this.touch(entityId);
    if (state === undefined) this.#change('clearState', [entityId, sessionId]);
    else this.#change('writeState', [entityId, sessionId, state, writtenAtMs]);
  }

  touch(entityId: number): void {
    this.#touched.add(entityId);
  }

  /** The entities whose memory has gone ahead of what could be stored. */
  takeTouched(): ReadonlySet<number> {
    const touched = new Set(this.#touched);
    this.#touched.clear();
    return touched;
  }

  /** Changes of the running turn are seen. */
  readSessionState(entityId: number, sessionId: string): Buffer | undefined {
    const row = this.#statements.state.get(entityId, sessionId);
    return row === undefined ? undefined : Buffer.from(row.state as Uint8Array);
  }

  /** Ids of sessions that have messages or, when `writtenSinceMs` is given, whose state was written since then. */
  listSessions(entityId: number, writtenSinceMs: number | undefined, skip: number, countMax: number): string[] {
    const rows =
      writtenSinceMs === undefined
        ? this.#statements.sessionsWithMessages.all(keyOf(entityId, 0), keyOf(entityId + 1, -1), countMax, skip)
        : this.#statements.sessionsWithState.all(entityId, writtenSinceMs, countMax, skip);
    return rows.map((row) => String(row.session_id));
  }

  read(entityId: number, sequenceNumber: number): Content {
    const key = keyOf(entityId, sequenceNumber);
    const content = this.#contents.get(key) ?? this.#readAhead(entityId, key);
    if (content !== undefined) return content;
    const text = `The message ${sequenceNumber} of entity ${entityId} cannot be read.`;
    throw new BrokerError('storage-failed', text, { cause: this.#failure });
  }

  /** Up to `countMax` messages of an entity, or of one session, from a sequence number on, whatever their state. */
  *readFrom(entityId: number, first: number, countMax: number, sessionId?: string): Generator<MessageCopy> {
    const range = [keyOf(entityId, first), keyOf(entityId + 1, -1)] as const;
    const rows =
      sessionId === undefined
        ? this.#statements.copies.iterate(...range, countMax)
        : this.#statements.copiesOfSession.iterate(...range, sessionId, countMax);
    for (const row of rows) {
      const both = row as unknown as MessageRow & ContentRow;
      yield { ...fromRow(both), content: contentOf(both) };
    }
  }

  /**
   * Closes the turn. When it throws, nothing of the turn is there. It outlives this process now, but not yet a loss of
   * power: that comes with a sync of `log`.
   * @returns whether there was anything to commit
   */
  commit(): boolean {
    if (!this.#open) {
      this.#touched.clear();
      return false;
    }
    for (const [entityId, sequenceNumber] of this.#advanced) this.#change('advance', [sequenceNumber, entityId]);
    this.#advanced.clear();
    this.#open = false;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      this.#beforeCommit();
      this.room.cover();
      this.#statements.commit.run();
      this.#touched.clear();
      this.log.endTurn();
      this.room.measure();
      return true;
    } catch (error) {
      this.#failure = undefined;
      this.#contents.clear();
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      if (isDiskFull(error)) this.room.onDiskFull();
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
      stateBytes: Number(this.#statements.stateBytes.get(id)?.bytes),
      messages: this.#readMessages(id),
      remembered,
    };
  }

  /** Forgets an entity and all that it holds. */
  dropRecord(entityPath: string): void {
    const entity = this.#statements.entity.get(entityPath.toLowerCase());
    if (entity === undefined) return;
    const id = Number(entity.id);
    this.#change('dropMessages', [keyOf(id, 0), keyOf(id + 1, -1)]);
    this.#change('dropRemembered', [id]);
    this.#change('dropStates', [id]);
    this.#change('dropEntity', [id]);
  }

  *#readMessages(entityId: number): Generator<Message> {
    try {
      const rows = this.#statements.messages.iterate(keyOf(entityId, 0), keyOf(entityId + 1, -1));
      for (const row of rows) yield fromRow(row as unknown as MessageRow);
    } catch (error) {
      throw explainStorage(this.#file, error);
    }
  }

  #readAhead(entityId: number, key: number): Content | undefined {
    const rows = this.#statements.contents.iterate(key, keyOf(entityId + 1, -1), readAheadMessages);
    let found: Content | undefined;
    let bytes = 0;
    for (const row of rows) {
      const next = row as unknown as ContentRow;
      const content = contentOf(next);
      if (next.key === key) found = content;
      if (this.#contents.get(next.key) === undefined) this.#contents.set(next.key, content);
      bytes += bytesOf(content);
      if (bytes >= readAheadBytes) break;
    }
    return found;
  }

  close(): void {
    this.log.close();
    this.room.close();
    this.#database.close();
  }

  #change(name: keyof Statements, values: readonly (string | number | null | Uint8Array)[]): void {
    this.#run(this.#statements[name], values);
  }

  #run(statement: StatementSync, values: readonly (string | number | null | Uint8Array)[]): void {
    this.#begin();
    if (this.#failure !== undefined) return;
    try {
      statement.run(...values);
    } catch (error) {
      this.#failure = error;
    }
  }

  #begin(): void {
    if (this.#open) return;
    this.#open = true;
    try {
      if (this.log.broken !== undefined) throw this.log.broken;
      this.#statements.begin.run();
    } catch (error) {
      this.#failure = error;
    }
  }
}

function openDatabase(file: string, bytesMax: number): DatabaseSync {
  const database = reading(file, () => new DatabaseSync(file));
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    database.exec('PRAGMA cache_size = -16000;');
    if (Number.isFinite(bytesMax)) database.exec(`PRAGMA max_page_count = ${Math.floor(bytesMax / pageBytes)}`);
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw explainStorage(file, error);
  }
}

function prepareAll(database: DatabaseSync): Statements {
  const entries = Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)] as const);
  return Object.fromEntries(entries) as Statements;
}
