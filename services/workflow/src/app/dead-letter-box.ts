import type { DeadLetter } from '@dronedelivery/contracts';

/** One place where dead letters lie, in the order of their sequence numbers. */
export interface DeadLetterBox {
  /** A queue, or `topic/subscription`. */
  readonly source: string;
  /** Looks, without taking: letters from this sequence number on. */
  readonly peek: (fromSequence: string, max: number) => Promise<readonly DeadLetter[]>;
  /** `busy`: it lies there, but somebody has it in hand at the moment. */
  readonly take: (sequenceNumber: string) => Promise<TakenLetter | 'absent' | 'busy'>;
}

/** A letter that nobody else has, until it is let go. */
export interface TakenLetter {
  readonly letter: DeadLetter;
  readonly discard: () => Promise<void>;
  readonly putBack: () => Promise<void>;
  /** Sends its content to where it was read from, under this id; in its old place among the delivery's changes. */
  readonly resend: (messageId: string) => Promise<void>;
}
