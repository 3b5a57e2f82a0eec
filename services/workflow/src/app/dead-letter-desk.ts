import type { DeadLetter } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { isTerminal } from '../domain/compensation.ts';
import type { DeadLetterBox, TakenLetter } from './dead-letter-box.ts';
import type { Deliveries } from './ports.ts';

export interface PageOfLetters {
  readonly items: readonly DeadLetter[];
  readonly nextCursor?: string;
}

/** Brokers count in signed 64 bits: asked for more they fail, instead of finding nothing. */
const sequenceNumberMax = 2n ** 63n - 1n;

/** What operators do about dead letters. Every operation names its box; the first one is meant where none is named. */
export interface DeadLetterDesk {
  list(source: string | undefined, limit: number, cursor: string | undefined): Promise<PageOfLetters>;
  get(source: string | undefined, sequenceNumber: string): Promise<DeadLetter>;
  discard(source: string | undefined, sequenceNumber: string): Promise<void>;
  /** @returns the id of the new message. */
  replay(source: string | undefined, sequenceNumber: string, signal: AbortSignal): Promise<string>;
}

export function createDeadLetterDesk(
  boxes: readonly [DeadLetterBox, ...DeadLetterBox[]],
  deliveries: Pick<Deliveries, 'get'>,
): DeadLetterDesk {
  const boxOf = (source: string | undefined) => {
    const box = source === undefined ? boxes[0] : boxes.find((one) => one.source === source);
    if (box === undefined) throw new AppError('not-found', `No dead letters are kept of ${source}.`);
    return box;
  };
  return {
    list: async (source, limit, cursor) => listFrom(source === undefined ? boxes : [boxOf(source)], limit, cursor),
    get: async (source, sequenceNumber) => peekOne(boxOf(source), sequenceNumber),
    discard: async (source, sequenceNumber) => (await takeOne(boxOf(source), sequenceNumber)).discard(),
    replay: async (source, sequenceNumber, signal) => {
      const taken = await takeOne(boxOf(source), sequenceNumber);
      return replayTaken(taken, deliveries, signal);
    },
  };
}

/** One box after the other; a cursor is a box and the first sequence number still to be shown. */
async function listFrom(
  boxes: readonly DeadLetterBox[],
  limit: number,
  cursor: string | undefined,
): Promise<PageOfLetters> {
  const [startSource, startSequence] = cursor === undefined ? [boxes[0]?.source, '0'] : readCursor(cursor);
  const items: DeadLetter[] = [];
  const first = boxes.findIndex((box) => box.source === startSource);
  if (first < 0) throw invalidCursor();
  for (const [index, box] of boxes.slice(first).entries()) {
    const missing = limit + 1 - items.length;
    items.push(...(await box.peek(index === 0 ? startSequence : '0', missing)));
    if (items.length > limit) break;
  }
  const next = items[limit];
  if (next === undefined) return { items };
  return { items: items.slice(0, limit), nextCursor: `${next.source}!${next.sequenceNumber}` };
}

function readCursor(cursor: string): readonly [string, string] {
  const parts = /^([^!]+)!(\d{1,20})$/.exec(cursor);
  if (parts?.[1] === undefined || parts[2] === undefined || !isPossible(parts[2])) throw invalidCursor();
  return [parts[1], parts[2]];
}

function invalidCursor(): AppError {
  const expected = 'the nextCursor of an earlier answer';
  return new AppError('validation-failed', undefined, { errors: [{ in: 'query', path: 'cursor', expected }] });
}

async function peekOne(box: DeadLetterBox, sequenceNumber: string): Promise<DeadLetter> {
  const [letter] = isPossible(sequenceNumber) ? await box.peek(sequenceNumber, 1) : [];
  if (letter === undefined || letter.sequenceNumber !== sequenceNumber) throw absent(box, sequenceNumber);
  return letter;
}

async function takeOne(box: DeadLetterBox, sequenceNumber: string): Promise<TakenLetter> {
  const taken = isPossible(sequenceNumber) ? await box.take(sequenceNumber) : 'absent';
  if (taken === 'absent') throw absent(box, sequenceNumber);
  if (taken === 'busy') throw new AppError('conflict', 'The letter is being worked on; try again.', { retryAfterS: 2 });
  return taken;
}

function isPossible(sequenceNumber: string): boolean {
  return BigInt(sequenceNumber) <= sequenceNumberMax;
}

function absent(box: DeadLetterBox, sequenceNumber: string): AppError {
  return new AppError('not-found', `${box.source} has no dead letter ${sequenceNumber}.`);
}

async function replayTaken(taken: TakenLetter, deliveries: Pick<Deliveries, 'get'>, signal: AbortSignal) {
  try {
    await refuseIfEnded(taken.letter, deliveries, signal);
    const messageId = replayId(taken.letter);
    await taken.resend(messageId);
    await taken.discard();
    return messageId;
  } catch (error) {
    await taken.putBack();
    throw error;
  }
}

/** The same for each attempt to replay this letter: a crash between sending and discarding does no harm. */
function replayId({ messageId, sequenceNumber }: DeadLetter): string {
  return `${(messageId ?? 'unnamed').slice(0, 90)}:p${sequenceNumber}`;
}

async function refuseIfEnded(
  { businessId, deliveryId }: DeadLetter,
  deliveries: Pick<Deliveries, 'get'>,
  signal: AbortSignal,
): Promise<void> {
  if (businessId === null || deliveryId === null) return;
  const found = await deliveries.get({ businessId, id: deliveryId }, signal);
  if (found.kind === 'transient')
    throw new AppError('unavailable', 'The delivery service did not answer.', { retryAfterS: 2 });
  if (found.kind === 'done' && isTerminal(found.gain.stage)) throw new AppError('delivery-terminal');
}
