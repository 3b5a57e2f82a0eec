import rhea from 'rhea';
import { type Arrival, type Content, splitMessage } from '../../src/codec/content.ts';
import type { QueueOptions } from '../../src/core/entity-options.ts';
import type { Journal } from '../../src/core/journal.ts';
import { Queue, type QueueSurroundings } from '../../src/core/queue.ts';

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
  duplicateWindowMs: undefined,
  status: 'Active',
  messagesMax: 1_000,
  bytesMax: 1_000_000,
};

/** A journal that only remembers which calls came. */
export class RecordingJournal implements Journal {
  readonly calls: string[] = [];

  insert(entityId: number, message: { readonly sequenceNumber: number }): void {
    this.calls.push(`insert ${entityId}/${message.sequenceNumber}`);
  }

  update(entityId: number, message: { readonly sequenceNumber: number }): void {
    this.calls.push(`update ${entityId}/${message.sequenceNumber}`);
  }

  rewrite(entityId: number, message: { readonly sequenceNumber: number }): void {
    this.calls.push(`rewrite ${entityId}/${message.sequenceNumber}`);
  }

  remove(entityId: number, sequenceNumber: number): void {
    this.calls.push(`remove ${entityId}/${sequenceNumber}`);
  }

  advance(): void {}

  remember(entityId: number, messageId: string): void {
    this.calls.push(`remember ${entityId}/${messageId}`);
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

/** A queue with id 1 and its dead-letter queue with id 2. */
export function createQueue(options: Partial<QueueOptions> = {}): TestQueue {
  const journal = new RecordingJournal();
  let tokens = 0;
  const newLockToken = () => {
    const token = Buffer.alloc(16);
    token.writeUInt32BE(++tokens);
    return token;
  };
  const surroundings: QueueSurroundings = { journal, newLockToken, onReady: () => undefined };
  const all = { ...plainOptions, ...options };
  const deadLetters = new Queue('q/$deadletterqueue', 2, { ...all, duplicateWindowMs: undefined }, surroundings);
  return { queue: new Queue('q', 1, all, surroundings, deadLetters), deadLetters, journal };
}
