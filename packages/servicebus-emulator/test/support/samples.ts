import rhea from 'rhea';
import { type Arrival, type Content, splitMessage } from '../../src/codec/content.ts';
import { BrokerError } from '../../src/core/broker-error.ts';
import { deadLetterOptions, type QueueOptions } from '../../src/core/entity-options.ts';
import type { Destination } from '../../src/core/forwarder.ts';
import type { Journal } from '../../src/core/journal.ts';
import { bytesOf, type Message } from '../../src/core/message.ts';
import { Queue } from '../../src/core/queue.ts';
import type { QueueSurroundings } from '../../src/core/queue-surroundings.ts';

/** A message as a client would encode it. */
export function encode(fields: object): Buffer {
  return rhea.message.encode({ body: rhea.message.data_section(Buffer.from('body')), ...fields });
}

export function decode(encoded: Buffer): Record<string, unknown> {
  return rhea.message.decode(encoded) as Record<string, unknown>;
}

export function arrival(fields: object = {}): Arrival {
  return splitMessage(encode(fields), () => 'generated');
}

export function content(fields: object = {}): Content {
  return arrival(fields).content;
}

export const plainOptions: QueueOptions = {
  lockDurationMs: 60_000,
  maxDeliveryCount: 10,
  timeToLiveMs: Number.POSITIVE_INFINITY,
  deadLetterOnExpiration: false,
  requiresSession: false,
  forwardTo: undefined,
  forwardDeadLettersTo: undefined,
  duplicateWindowMs: undefined,
  status: 'Active',
  messagesMax: 1_000,
  bytesMax: 1_000_000,
};

/** A journal that remembers which calls came, and contents. */
export class RecordingJournal implements Journal {
  readonly calls: string[] = [];
  /** The highest sequence number that is on the disk. */
  syncedUpTo = Number.POSITIVE_INFINITY;
  readonly #contents = new Map<string, Content>();

  insert(entityId: number, { sequenceNumber }: Pick<Message, 'sequenceNumber'>, inserted: Content): void {
    this.calls.push(`insert ${entityId}/${sequenceNumber}`);
    this.#contents.set(`${entityId}/${sequenceNumber}`, inserted);
  }

  update(entityId: number, message: { readonly sequenceNumber: number }): void {
    this.calls.push(`update ${entityId}/${message.sequenceNumber}`);
  }

  rewrite(entityId: number, sequenceNumber: number, rewritten: Content): void {
    this.calls.push(`rewrite ${entityId}/${sequenceNumber}`);
    this.#contents.set(`${entityId}/${sequenceNumber}`, rewritten);
  }

  remove(entityId: number, sequenceNumber: number): void {
    this.calls.push(`remove ${entityId}/${sequenceNumber}`);
    this.#contents.delete(`${entityId}/${sequenceNumber}`);
  }

  isDurable({ sequenceNumber }: Message): boolean {
    return sequenceNumber <= this.syncedUpTo;
  }

  advance(): void {}

  read(entityId: number, sequenceNumber: number): Content {
    const found = this.#contents.get(`${entityId}/${sequenceNumber}`);
    if (found === undefined) throw new Error(`${entityId}/${sequenceNumber} is not there.`);
    return found;
  }

  remember(entityId: number, messageId: string): void {
    this.calls.push(`remember ${entityId}/${messageId}`);
  }

  writeSessionState(entityId: number, sessionId: string): void {
    this.calls.push(`state ${entityId}/${sessionId}`);
  }

  touch(entityId: number): void {
    this.calls.push(`touch ${entityId}`);
  }

  forget(entityId: number, messageId: string): void {
    this.calls.push(`forget ${entityId}/${messageId}`);
  }

  /** What came since the last call. */
  take(): string[] {
    return this.calls.splice(0);
  }
}

export interface TestQueue {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly journal: RecordingJournal;
}

/** A stored message with the number 1. */
export function message(fields: Partial<Message> = {}): Message {
  return {
    sequenceNumber: 1,
    enqueuedSequenceNumber: 1,
    enqueuedAtMs: 0,
    expiresAtMs: Number.POSITIVE_INFINITY,
    scheduledAtMs: 0,
    deadLetterSource: undefined,
    sessionId: undefined,
    hops: 0,
    state: 'active',
    deliveryCount: 0,
    bytes: bytesOf(content()),
    turn: 0,
    lock: undefined,
    removed: false,
    ...fields,
  };
}

/** A queue with id 1 and its dead-letter queue with id 2. */
export function createQueue(
  options: Partial<QueueOptions> = {},
  destinations: Readonly<Record<string, Destination>> = {},
): TestQueue {
  const journal = new RecordingJournal();
  let tokens = 0;
  const newLockToken = () => {
    const token = Buffer.alloc(16);
    token.writeUInt32BE(++tokens);
    return token;
  };
  const findDestination = (path: string): Destination => {
    const destination = destinations[path];
    if (destination !== undefined) return destination;
    throw new BrokerError('entity-not-found', path);
  };
  const ignore = () => undefined;
  const surroundings: QueueSurroundings = {
    journal,
    newLockToken,
    onReady: ignore,
    onSessionAvailable: ignore,
    findDestination,
  };
  const all = { ...plainOptions, ...options };
  const deadLetters = new Queue('q/$deadletterqueue', 2, deadLetterOptions(all), surroundings);
  return { queue: new Queue('q', 1, all, surroundings, deadLetters), deadLetters, journal };
}
