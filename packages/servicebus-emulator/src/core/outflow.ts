import type { HeldSession, Outlet } from './held-session.ts';
import type { Message } from './message.ts';
import { ReadyList } from './ready-list.ts';
import { type SessionQueue, Sessions } from './sessions.ts';

/** What of a queue can be handed out: all in one order, or each session in its own. */
export class Outflow {
  /** Undefined where messages need no session. */
  readonly sessions: Sessions | undefined;
  readonly #ready = new ReadyList();
  readonly #queue: Outlet;
  readonly #onReady: (outlet: Outlet) => void;

  constructor(
    queue: SessionQueue & Outlet,
    options: { readonly requiresSession: boolean; readonly lockDurationMs: number },
    onReady: (outlet: Outlet) => void,
  ) {
    this.#queue = queue;
    this.#onReady = onReady;
    if (options.requiresSession) this.sessions = new Sessions(queue, options.lockDurationMs);
  }

  /** Something is ready that needs no session. */
  get hasReady(): boolean {
    return this.#ready.peek() !== undefined;
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

  /** The next one, of a session where there are sessions. It may have expired. */
  take(session: HeldSession | undefined): Message | undefined {
    return (session?.ready ?? this.#ready).take();
  }

  clear(): void {
    this.#ready.clear();
    this.sessions?.clear();
  }
}
