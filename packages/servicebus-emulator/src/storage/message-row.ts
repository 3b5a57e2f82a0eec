import type { Content } from '../codec/content.ts';
import type { Message, MessageState } from '../core/message.ts';

/** A message as a row of the table `messages`. */
export interface MessageRow {
  readonly key: number;
  readonly state: number;
  readonly delivery_count: number;
  readonly enqueued_sequence_number: number;
  readonly enqueued_at_ms: number;
  readonly expires_at_ms: number | null;
  readonly scheduled_at_ms: number;
  readonly dead_letter_source: string | null;
  readonly session_id: string | null;
  readonly hops: number;
  readonly bytes: number;
}

/** The rest of the row. */
export interface ContentRow {
  readonly key: number;
  readonly durable: number;
  readonly priority: number;
  readonly time_to_live_ms: number | null;
  readonly annotations: Uint8Array | null;
  readonly bare: Uint8Array;
}

/** Lengths are read from the rows' heads: the contents themselves are not touched. */
export const messageColumns = `key, state, delivery_count, enqueued_sequence_number, enqueued_at_ms, expires_at_ms,
  scheduled_at_ms, dead_letter_source, session_id, hops, length(bare) + ifnull(length(annotations), 0) AS bytes`;

export const contentColumns = 'key, durable, priority, time_to_live_ms, annotations, bare';

const states = ['active', 'deferred', 'scheduled'] as const satisfies readonly MessageState[];
const keysPerEntity = 2 ** 36;
const nothing = Buffer.alloc(0);

export function keyOf(entityId: number, sequenceNumber: number): number {
  return entityId * keysPerEntity + sequenceNumber;
}

export function sequenceNumberOf(key: number): number {
  return key % keysPerEntity;
}

export function stateCode(state: MessageState): number {
  return states.indexOf(state);
}

export function fromRow(row: MessageRow): Message {
  return {
    sequenceNumber: sequenceNumberOf(row.key),
    enqueuedSequenceNumber: row.enqueued_sequence_number,
    enqueuedAtMs: row.enqueued_at_ms,
    expiresAtMs: row.expires_at_ms ?? Number.POSITIVE_INFINITY,
    scheduledAtMs: row.scheduled_at_ms,
    deadLetterSource: row.dead_letter_source ?? undefined,
    sessionId: row.session_id ?? undefined,
    hops: row.hops,
    state: states[row.state] ?? 'active',
    deliveryCount: row.delivery_count,
    bytes: row.bytes,
    turn: 0,
    lock: undefined,
    removed: false,
  };
}

export function contentOf(row: ContentRow): Content {
  return {
    durable: row.durable === 1,
    priority: row.priority,
    timeToLiveMs: row.time_to_live_ms ?? undefined,
    annotations: row.annotations === null ? nothing : asBuffer(row.annotations),
    bare: asBuffer(row.bare),
  };
}

/** A copy from Node's pool: each blob from SQLite is an allocation of its own, which costs more than a small message. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}
