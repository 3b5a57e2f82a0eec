import type { HeldSession } from '../../src/core/held-session.ts';
import type { Queue } from '../../src/core/queue.ts';
import type { HeldMessages } from './held-messages.ts';
import { type Ledgers, sessionIds } from './mixed-config.ts';
import { arrivalOf, drainMessages, type Life } from './mixed-load.ts';

const claim = { owner: 'receiver', onLost: () => undefined };

/** Clients that send to sessions by way of another queue, hold them, write their states and read what was buried. */
export class SessionLoad {
  readonly operations: readonly (() => void)[];
  readonly #life: Life;
  readonly #ledgers: Ledgers;
  readonly #messages: HeldMessages;
  readonly #newId: (kind: string) => string;
  readonly #sessions: HeldSession[] = [];

  constructor(life: Life, ledgers: Ledgers, messages: HeldMessages, newId: (kind: string) => string) {
    this.#life = life;
    this.#ledgers = ledgers;
    this.#messages = messages;
    this.#newId = newId;
    const [accept, lock, dig] = [() => this.#accept(), () => this.#lock(), () => this.#dig()];
    const rest = [
      () => this.#release(),
      () => this.#reviveDeferred(),
      () => this.#writeState(),
      dig,
      () => this.#drain(),
    ];
    this.operations = [() => this.#send(), accept, lock, lock, lock, ...rest];
  }

  get #tasks(): Queue {
    return this.#life.broker.findSource('tasks');
  }

  #send(): void {
    const { broker, random } = this.#life;
    const kind = random.pick(['plain', 'mortal', 'scheduled']);
    const ids = Array.from({ length: 1 + random.below(3) }, () => this.#newId(kind));
    const scheduledAtMs = kind === 'scheduled' ? broker.nowMs + random.below(50_000) : undefined;
    const arrivals = ids.map((id) => ({ ...arrivalOf(id, { group_id: random.pick(sessionIds) }), scheduledAtMs }));
    broker.send(broker.findTarget('inbox'), arrivals);
    const ledger = this.#ledgers.messages.tasks;
    ledger.askedTogether(ids);
    this.#messages.whenTold(() => {
      for (const id of ids) ledger.told(id, 'queue');
    });
  }

  #accept(): void {
    const { random, broker } = this.#life;
    const id = random.below(3) === 0 ? random.pick(sessionIds) : undefined;
    const session = this.#tasks.sessions?.accept(id, claim, broker.nowMs);
    if (session !== undefined) this.#sessions.push(session);
  }

  #lock(): void {
    const session = this.#life.random.pick(this.#sessions);
    this.#messages.add('tasks', this.#tasks, session?.lockNext(this.#life.broker.nowMs));
  }

  #drain(): void {
    const session = this.#life.random.pick(this.#sessions);
    for (let count = 0; count < drainMessages; count++)
      this.#messages.take('tasks', session?.takeNext(this.#life.broker.nowMs));
  }

  #release(): void {
    const { broker, random } = this.#life;
    const [session] = this.#sessions.splice(random.below(this.#sessions.length), 1);
    if (session !== undefined) broker.releaseSession(this.#tasks, session);
  }

  #reviveDeferred(): void {
    const { broker, random } = this.#life;
    const session = random.pick(this.#sessions);
    if (session === undefined || session.removed) return;
    const copies = [...broker.peek(this.#tasks, 0, 1_000, session.id)];
    const deferred = copies.find(({ state }) => state === 'deferred');
    if (deferred === undefined) return;
    const [copy] = this.#tasks.lockDeferred([deferred.sequenceNumber], broker.nowMs, session);
    this.#messages.add('tasks', this.#tasks, copy);
  }

  #writeState(): void {
    const { broker, random } = this.#life;
    const id = random.pick(sessionIds);
    const state = random.below(4) === 0 ? undefined : this.#newId('state');
    broker.writeSessionState(this.#tasks, id, state === undefined ? undefined : Buffer.from(state));
    this.#ledgers.states.asked(id, state);
    this.#messages.whenTold(() => this.#ledgers.states.told(id, state));
  }

  /** Also what has expired there. */
  #dig(): void {
    const { broker, random } = this.#life;
    const path = random.pick(['buried', 'buried/$deadletterqueue']);
    this.#messages.take('tasks', broker.findSource(path).takeNext(broker.nowMs));
  }
}
