import type { Fault } from '../domain/compensation.ts';
import { type DeadRequest, type ResubmissionPolicy, resubmissionOf, settle } from '../domain/dead-letter.ts';
import { type Ending, Interrupted } from '../domain/saga.ts';
import type { DeadLetterEvents } from '../events.ts';
import type { Dependencies, SendCopy } from './ports.ts';
import { runSaga } from './run-saga.ts';

/** A dead letter of the request queue. */
export interface FoundDeadLetter {
  readonly messageId: string;
  readonly reason: string | undefined;
  readonly description: string | undefined;
  readonly dead: DeadRequest;
}

export interface DeadLetterPorts<L extends FoundDeadLetter> {
  readonly dependencies: Dependencies;
  readonly sendCopy: SendCopy;
  /** Puts the letter among those that wait for an operator; a second time, with the same id, changes nothing. */
  readonly park: (letter: L, outcome: string) => Promise<void>;
  readonly now: () => number;
  readonly policy: ResubmissionPolicy;
  readonly events: DeadLetterEvents;
}

/** `done`: the letter can be completed. `later`: nothing could be done about it yet. */
export type WorkDeadLetter<L extends FoundDeadLetter> = (letter: L, signal: AbortSignal) => Promise<'done' | 'later'>;

/**
 * Sends a request again whose faults may have passed, or else ends what it asked for and parks it. Each step may be
 * repeated after a crash: the copy and the parked letter have ids that duplicate detection knows.
 */
export function createWorkDeadLetter<L extends FoundDeadLetter>(ports: DeadLetterPorts<L>): WorkDeadLetter<L> {
  return async (letter, signal) => {
    const again = resubmissionOf(letter.dead, letter.reason, ports.policy);
    if (again !== undefined && letter.dead.kind === 'readable') {
      const { message } = letter.dead.request;
      await ports.sendCopy({ message, envelope: again.envelope, notBeforeMs: ports.now() + again.delayMs });
      ports.events.resubmitted(letter, again.envelope.resubmissions);
      return 'done';
    }
    const ending = await settleLetter(letter, ports.dependencies, signal);
    if (ending === 'interrupted') return 'later';
    const outcome = ending.kind === 'complete' ? ending.outcome : ending.kind;
    await ports.park(letter, outcome);
    ports.events.parked(letter, outcome);
    return 'done';
  };
}

async function settleLetter(
  letter: FoundDeadLetter,
  dependencies: Dependencies,
  signal: AbortSignal,
): Promise<Ending | 'interrupted'> {
  const { dead } = letter;
  // Nobody knows whose it is: there is nothing to settle, and no delivery to call for.
  if (dead.kind === 'unknown') return { kind: 'complete', outcome: 'never-existed' };
  const addressed = dead.kind === 'readable' ? dead.request : dead;
  try {
    return await runSaga(settle(dead, faultOf(letter)), addressed, dependencies, signal);
  } catch (error) {
    if (error instanceof Interrupted) return 'interrupted';
    throw error;
  }
}

function faultOf({ reason, description }: FoundDeadLetter): Fault {
  const why = [reason ?? 'unknown reason', description].filter((part) => part !== undefined && part !== '').join(': ');
  return { code: 'request-failed', text: `The request could not be handled: ${why}` };
}
