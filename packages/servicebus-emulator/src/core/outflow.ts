import type { HeldSession, Outlet } from './held-session.ts';
import type { Message } from './message.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import { ReadyList } from './ready-list.ts';
import { type SessionQueue, Sessions } from './sessions.ts';

/** What of a queue can be handed out: all in one order, or each session in its own. */
export class Outflow {
  /** Undefined where messages need no session. */
  readonly sessions: Sessions | undefined;
  readonly #ready: ReadyList;
  readonly #queue: Outlet;
  readonly #onReady: (outlet: Outlet) => void;

  constructor(
    queue: SessionQueue & Outlet,
    options: { readonly requiresSession: boolean; readonly lockDurationMs: number },
    { onReady, journal }: Pick<QueueSurroundings, 'onReady' | 'journal'>,
  ) {
    const isDurable = (message: Message) => journal.isDurable(message);
    this.#queue = queue;
    this.#onReady = onReady;
    this.#ready = new ReadyList(isDurable);
    if (options.requiresSession) this.sessions = new Sessions(queue, options.lockDurationMs, isDurable);
  }

  /** The next one that needs no session lies on the disk. */
  get hasReady(): boolean {
    return this.#ready.hasReady;
  }

  /** It is on its way there. */
  get isArriving(): boolean {
    return this.#ready.isArriving;
  }

  /** When the next session's lock ends; Infinity when none does. */
  get nextMs(): number {
    return this.sessions?.nextMs ?? Number.POSITIVE_INFINITY;
  }

  /** A message has come into the queue. */
  join(message: Message): void {
    this.sessions?.join(message);
    if (message.state === 'active') this.offer(message, 'append');
  }

  /** A message has left the queue. */
  leave(message: Message): void {
    this.sessions?.leave(message);
  }

  /** A message can be handed out: it is new, or was given back. */
  offer(message: Message, how: 'append' | 'giveBack'): void {
    if (this.sessions === undefined) {
      this.#ready[how](message);
      this.#onReady(this.#queue);
      return;
    }
    const holder = this.sessions.offer(message, how);
    if (holder !== undefined) this.#onReady(holder);
  }

  /** The next one that lies on the disk, of a session where there are sessions. It may have expired. */
  takeReady(session: HeldSession | undefined): Message | undefined {
    const list = session?.ready ?? this.#ready;
    return list.hasReady ? list.take() : undefined;
  }

  /** The next one that needs no session, on the disk or not. */
  take(): Message | undefined {
    return this.#ready.take();
  }

  clear(): void {
    this.#ready.clear();
    this.sessions?.clear();
  }
}
