import { type DescribedState, frames, type InnerSession, outcomes } from './rhea-internals.ts';

interface Answer {
  readonly deliveryId: number;
  readonly state: DescribedState;
}

const acceptedCode = 0x24;
export const accepted = outcomes.accepted().described() as DescribedState;

/**
 * Settles deliveries of one session towards the peer; answers of one moment share frames. rhea would do it for what
 * comes in, but gives two neighbours the state of the first.
 */
export class Dispositions {
  readonly #session: InnerSession;
  readonly #asReceiver: boolean;
  #answers: Answer[] = [];

  constructor(session: InnerSession, role: 'sender' | 'receiver') {
    this.#session = session;
    this.#asReceiver = role === 'receiver';
  }

  add(deliveryId: number, state: DescribedState): void {
    if (this.#answers.push({ deliveryId, state }) === 1) process.nextTick(() => this.#flushGuarded());
  }

  /** A state goes back as the peer gave it: what cannot be written costs that peer its connection, and no one else. */
  #flushGuarded(): void {
    try {
      this.#flush();
    } catch (error) {
      this.#session.connection.emit('error', error);
    }
  }

  #flush(): void {
    const answers = this.#answers.sort((one, other) => one.deliveryId - other.deliveryId);
    this.#answers = [];
    if (!this.#session.is_open()) return;
    for (let start = 0; start < answers.length; ) {
      const end = endOfRun(answers, start);
      const { deliveryId: first, state } = answers[start] as Answer;
      const last = first + end - start - 1;
      this.#session.output(frames.disposition({ role: this.#asReceiver, first, last, settled: true, state }));
      start = end;
    }
  }
}

/** Neighbours that were all accepted fit in one frame. */
function endOfRun(answers: readonly Answer[], start: number): number {
  const first = answers[start] as Answer;
  let end = start + 1;
  while (isAccepted(first) && isAccepted(answers[end]) && answers[end]?.deliveryId === first.deliveryId + end - start)
    end++;
  return end;
}

function isAccepted(answer: Answer | undefined): boolean {
  return answer?.state.descriptor?.value === acceptedCode;
}
