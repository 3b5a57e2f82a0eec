import { type Arrival, type Content, messageIdOf } from '../codec/content.ts';
import { BrokerError, type BrokerErrorCode } from './broker-error.ts';
import type { DeadLetterReason } from './dead-letter.ts';
import type { QueueOptions } from './entity-options.ts';
import type { Origin } from './message.ts';

/** A queue or a topic that takes what others forward. */
export interface Destination {
  /** @throws BrokerError when they may not come, or have no room */
  assertAccepts(arrivals: readonly Arrival[]): void;
  accept(arrival: Arrival, nowMs: number, origin: Origin): number;
}

/** @throws BrokerError `entity-not-found`, `entity-disabled` */
export type FindDestination = (path: string) => Destination;

const hopsMax = 4;

const hopsSpent: DeadLetterReason = {
  reason: 'MaxTransferHopCountExceeded',
  description: `A message is forwarded ${hopsMax} times at most.`,
};

/** As the service names failures of its own: by the exception. */
const exceptionNames: Readonly<Partial<Record<BrokerErrorCode, string>>> = {
  'entity-not-found': 'MessagingEntityNotFoundException',
  'entity-disabled': 'MessagingEntityDisabledException',
  'quota-exceeded': 'QuotaExceededException',
  'not-allowed': 'InvalidOperationException',
};

type Outcome = 'gone' | DeadLetterReason | undefined;

/** Passes what comes into an entity on to another one, within the same turn. */
export class Forwarder {
  readonly #find: FindDestination;
  /** Messages that lay there before they were to be forwarded. */
  #old = 0;

  constructor(find: FindDestination) {
    this.#find = find;
  }

  get hasOld(): boolean {
    return this.#old > 0;
  }

  expectOld(count: number): void {
    this.#old = count;
  }

  /** Whether one more is to be looked for. */
  takeOld({ forwardTo }: QueueOptions): boolean {
    if (this.#old === 0 || forwardTo === undefined) return false;
    this.#old--;
    return true;
  }

  /** @returns undefined where messages stay; the reason when it should have gone and could not */
  forward(options: QueueOptions, content: Content, origin: Origin, nowMs: number): Outcome {
    if (options.forwardTo === undefined) return undefined;
    const { enqueuedSequenceNumber, hops, deadLetterSource } = origin;
    if (hops >= hopsMax) return hopsSpent;
    const arrival = {
      content: bounded(content, options),
      messageId: messageIdOf(content.bare),
      scheduledAtMs: undefined,
    };
    try {
      const destination = this.#find(options.forwardTo);
      destination.assertAccepts([arrival]);
      destination.accept(arrival, nowMs, { enqueuedSequenceNumber, hops: hops + 1, deadLetterSource });
      return 'gone';
    } catch (error) {
      return refusal(error);
    }
  }
}

/** Where it goes next, a message lives no longer than it would have where it is. */
function bounded(content: Content, options: QueueOptions): Content {
  const timeToLiveMs = Math.min(content.timeToLiveMs ?? Number.POSITIVE_INFINITY, options.timeToLiveMs);
  return Number.isFinite(timeToLiveMs) ? { ...content, timeToLiveMs } : content;
}

function refusal(error: unknown): DeadLetterReason {
  if (!(error instanceof BrokerError)) throw error;
  return { reason: exceptionNames[error.code] ?? error.code, description: error.message };
}
