import type { Broker } from '../broker/broker.ts';
import { BrokerError } from '../core/broker-error.ts';
import { HeldSession, type SessionClaim } from '../core/held-session.ts';
import type { Queue } from '../core/queue.ts';
import { sessionLost } from '../core/sessions.ts';
import { answerAttach } from './attach.ts';
import { amqpError } from './conditions.ts';
import { ConsumerLink } from './consumer-link.ts';
import { holdAttach, type InnerSender } from './rhea-internals.ts';
import { readSessionWish, type SessionWish, sessionFilter, sessionProperties } from './session-filter.ts';
import type { SessionWriter } from './session-writer.ts';

/**
 * Lets a client receive from a queue, or from one of its sessions.
 * @throws BrokerError `not-allowed`, `session-cannot-be-locked`
 */
export function openConsumer(
  broker: Broker,
  queue: Queue,
  sender: InnerSender,
  writer: SessionWriter,
): ConsumerLink | SessionLink {
  const wish = readSessionWish(sender);
  if (queue.deadLetters !== undefined && queue.options.forwardTo !== undefined)
    throw new BrokerError('not-allowed', `'${queue.path}' forwards what it gets: no receiver can be created.`);
  if (wish !== undefined && queue.sessions === undefined)
    throw new BrokerError(
      'not-allowed',
      `'${queue.path}' does not require sessions: no session receiver can be created.`,
    );
  if (wish === undefined && queue.sessions !== undefined)
    throw new BrokerError('not-allowed', `'${queue.path}' requires sessions: only session receivers can be created.`);
  if (wish !== undefined) return new SessionLink(broker, queue, sender, writer, wish);
  answerAttach(sender);
  return new ConsumerLink(broker, queue, queue, sender, writer);
}

/**
 * A client that receives from one session. Its attach is answered only once it has a session, or when none has become
 * free in time; what it has locked is free again as soon as the link is gone.
 */
export class SessionLink {
  readonly #broker: Broker;
  readonly #queue: Queue;
  readonly #sender: InnerSender;
  readonly #writer: SessionWriter;
  #session: HeldSession | undefined;
  #consumer: ConsumerLink | undefined;
  #withdraw: (() => void) | undefined;

  /** @throws BrokerError `session-cannot-be-locked`, `not-allowed` */
  constructor(broker: Broker, queue: Queue, sender: InnerSender, writer: SessionWriter, wish: SessionWish) {
    this.#broker = broker;
    this.#queue = queue;
    this.#sender = sender;
    this.#writer = writer;
    const claim: SessionClaim = { owner: sender.name, onLost: () => this.#onLost() };
    if (wish.sessionId !== undefined) this.#begin(broker.acceptSession(queue, wish.sessionId, claim));
    else {
      holdAttach(sender);
      this.#withdraw = broker.awaitSession(queue, claim, wish.timeoutMs, (outcome) => this.#onOutcome(outcome));
    }
  }

  onFlow(): void {
    this.#consumer?.onFlow();
  }

  close(): void {
    if (this.#withdraw !== undefined) {
      this.#withdraw();
      // The client's detach can be answered only after its attach.
      this.#sender.open();
    }
    this.#consumer?.close();
    if (this.#session !== undefined) this.#broker.releaseSession(this.#queue, this.#session);
  }

  #onOutcome(outcome: HeldSession | BrokerError): void {
    this.#withdraw = undefined;
    this.#sender.open();
    if (outcome instanceof HeldSession) this.#begin(outcome);
    else this.#sender.close(amqpError(outcome));
  }

  #begin(session: HeldSession): void {
    this.#session = session;
    answerAttach(this.#sender, sessionFilter(session.id));
    this.#sender.local.attach.properties = sessionProperties(session.untilMs);
    this.#consumer = new ConsumerLink(this.#broker, this.#queue, session, this.#sender, this.#writer);
  }

  #onLost(): void {
    this.#consumer?.close();
    if (this.#session !== undefined) this.#sender.close(amqpError(sessionLost(this.#session.id)));
  }
}
