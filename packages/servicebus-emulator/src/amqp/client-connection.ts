import type { Delivery, EventContext } from 'rhea';
import type { Broker, DetachListener } from '../broker/broker.ts';
import { BrokerError } from '../core/broker-error.ts';
import type { Queue } from '../core/queue.ts';
import type { Topic } from '../core/topic.ts';
import { answerAttach } from './attach.ts';
import { allows, checkToken, type Grant, type SharedAccessKeys } from './authority.ts';
import { amqpError, asBrokerError } from './conditions.ts';
import type { ConsumerLink } from './consumer-link.ts';
import { type Incoming, IncomingSession } from './incoming-session.ts';
import type { AmqpLimits } from './limits.ts';
import { manage } from './management.ts';
import { ProducerLink } from './producer-link.ts';
import { ReplyLink } from './reply-link.ts';
import {
  decodeBeginning,
  decodeRequest,
  encodeFailure,
  encodeResponse,
  type Request,
  type RequestNode,
} from './request.ts';
import type { InnerConnection, InnerReceiver, InnerSender, InnerSession } from './rhea-internals.ts';
import { isTrusted } from './sasl.ts';
import { openConsumer, type SessionLink } from './session-link.ts';
import { SessionWriter } from './session-writer.ts';

const managementSuffix = '/$management';
const grantsMax = 1_000;
/** What a request may hold around a message of the largest size. */
const requestOverheadBytes = 64 * 1024;

export interface ConnectionSurroundings {
  readonly broker: Broker;
  readonly limits: AmqpLimits;
  readonly keys: SharedAccessKeys;
  /** A connection was lost to bytes that are no AMQP, or to a fault of the broker. */
  readonly onConnectionFault: (error: Error) => void;
}

interface SessionState {
  readonly writer: SessionWriter;
  readonly incoming: IncomingSession;
}

/** Where messages go out to the client. */
type Outlet = ConsumerLink | SessionLink | ReplyLink;

/** Takes a message that came in on a link. */
type Intake = (delivery: Delivery, incoming: Incoming) => void;

/** One client: its sessions, its links and what it may use. */
export class ClientConnection {
  readonly #connection: InnerConnection;
  readonly #surroundings: ConnectionSurroundings;
  readonly #sessions = new Map<InnerSession, SessionState>();
  readonly #intakes = new Map<InnerReceiver, Intake>();
  readonly #outlets = new Map<InnerSender, Outlet>();
  readonly #replies = new Map<string, ReplyLink>();
  readonly #grants = new Map<string, Grant>();
  /** What each link uses. */
  readonly #used = new Map<InnerReceiver | InnerSender, Queue | Topic>();

  constructor(connection: InnerConnection, surroundings: ConnectionSurroundings) {
    this.#connection = connection;
    this.#surroundings = surroundings;
    this.#listen();
    surroundings.broker.detachListeners.add(this.#onDetach);
  }

  /** Lets go of everything that the client held but its locks. */
  close(): void {
    this.#surroundings.broker.detachListeners.delete(this.#onDetach);
    for (const outlet of this.#outlets.values()) outlet.close();
    for (const held of [this.#outlets, this.#intakes, this.#sessions, this.#replies, this.#grants, this.#used])
      held.clear();
  }

  #listen(): void {
    const connection = this.#connection;
    const ignore = () => undefined;
    connection.on('session_open', ({ session }: EventContext) => this.#openSession(session as InnerSession));
    connection.on('receiver_open', ({ receiver }: EventContext) => this.#openIntake(receiver as InnerReceiver));
    connection.on('sender_open', ({ sender }: EventContext) => this.#openOutlet(sender as InnerSender));
    connection.on('message', (context: EventContext) => this.#takeIn(context));
    connection.on('sender_flow', ({ sender }: EventContext) => this.#outlets.get(sender as InnerSender)?.onFlow());
    connection.on('sender_close', ({ sender }: EventContext) => this.#closeOutlet(sender as InnerSender));
    connection.on('receiver_close', ({ receiver }: EventContext) => this.#closeIntake(receiver as InnerReceiver));
    connection.on('session_close', ({ session }: EventContext) => this.#closeSession(session as InnerSession));
    connection.once('connection_open', () => connection.socket.on('drain', () => this.#onDrain()));
    connection.on('connection_close', () => this.close());
    connection.on('disconnected', () => this.close());
    // A peer that breaks the protocol loses its connection; rhea closes the socket itself.
    for (const event of ['protocol_error', 'error']) connection.on(event, (error: Error) => this.#fail(error));
    for (const event of ['connection_error', 'session_error', 'sender_error', 'receiver_error', 'settled'])
      connection.on(event, ignore);
  }

  #fail(error: Error): void {
    this.#surroundings.onConnectionFault(error);
    this.close();
    const { socket } = this.#connection;
    socket.removeAllListeners('data').resume();
    socket.destroySoon();
  }

  /** The client has read what waited for it. */
  #onDrain(): void {
    for (const outlet of this.#outlets.values()) outlet.onFlow();
  }

  #openSession(session: InnerSession): void {
    const { broker, limits } = this.#surroundings;
    // It was told how many channels there are; rhea would keep every session that it begins on one of them again.
    if (this.#sessions.size >= limits.sessionsPerConnectionMax) throw new RangeError('too many sessions');
    const writer = new SessionWriter(session, limits.unsettledPerSessionMax);
    const incoming = new IncomingSession(session, broker, writer, (link) => this.#bytesMaxOf(link));
    this.#sessions.set(session, { writer, incoming });
  }

  #bytesMaxOf({ target }: InnerReceiver): number {
    const { messageBytesMax } = this.#surroundings.limits;
    return isRequestNode(target?.address ?? '') ? messageBytesMax + requestOverheadBytes : messageBytesMax;
  }

  #openIntake(receiver: InnerReceiver): void {
    const { limits } = this.#surroundings;
    try {
      // rhea knows no target but an address: the coordinator of transactions comes out as none.
      if (!receiver.target || !('address' in receiver.target))
        throw new BrokerError('not-implemented', 'Transactions are not supported.');
      const address = receiver.target.address ?? '';
      this.#intakes.set(receiver, this.#intakeFor(entityAddress(address), receiver));
      receiver.set_source(receiver.source ?? {});
      receiver.set_target({ address });
      receiver.local.attach.max_message_size = this.#bytesMaxOf(receiver);
      receiver.add_credit(limits.senderCredit);
    } catch (error) {
      receiver.close(amqpError(asBrokerError(error)));
    }
  }

  #intakeFor(address: string, receiver: InnerReceiver): Intake {
    const { broker, limits } = this.#surroundings;
    this.#assertRoomForLink(receiver.session as InnerSession);
    if (address === '$cbs') return this.#requests('cbs', receiver, address, (request) => this.#putToken(request));
    this.#assertAllowed(address);
    if (address.endsWith(managementSuffix)) {
      const path = address.slice(0, -managementSuffix.length);
      broker.assertExists(path);
      const context = { broker, path, limits };
      return this.#requests('management', receiver, path, ({ properties, body }) => manage(context, properties, body));
    }
    const target = broker.findTarget(address);
    this.#used.set(receiver, target);
    const producer = new ProducerLink(broker, target, limits);
    return (delivery, { payload, format }) => producer.onMessage(delivery, payload, format);
  }

  #openOutlet(sender: InnerSender): void {
    try {
      this.#outlets.set(sender, this.#outletFor(entityAddress(sender.source?.address ?? ''), sender));
    } catch (error) {
      sender.close(amqpError(asBrokerError(error)));
    }
  }

  #outletFor(address: string, sender: InnerSender): Outlet {
    const { broker } = this.#surroundings;
    const session = sender.session as InnerSession;
    this.#assertRoomForLink(session);
    const state = this.#sessions.get(session);
    if (state === undefined) throw new BrokerError('not-allowed', 'The session is closed.');
    const { writer } = state;
    if (isRequestNode(address)) {
      const reply = new ReplyLink(sender, writer);
      answerAttach(sender);
      for (const name of [sender.name, sender.target?.address]) if (name) this.#replies.set(name, reply);
      return reply;
    }
    this.#assertAllowed(address);
    const source = broker.findSource(address);
    const consumer = openConsumer(broker, source, sender, writer);
    this.#used.set(sender, source);
    return consumer;
  }

  #takeIn({ receiver, delivery, message }: EventContext): void {
    const link = receiver as InnerReceiver;
    const state = this.#sessions.get(link.session as InnerSession);
    if (delivery === undefined || state === undefined) return;
    this.#intakes.get(link)?.(delivery, state.incoming.finish(link, message as unknown as Buffer));
    const { senderCredit } = this.#surroundings.limits;
    if (link.credit <= senderCredit / 2 && link.is_open()) link.add_credit(senderCredit - link.credit);
  }

  #requests(
    node: RequestNode,
    receiver: InnerReceiver,
    entity: string,
    perform: (request: Request) => object | undefined,
  ): Intake {
    const tooLarge = new BrokerError('message-too-large', 'The request is larger than the largest message.');
    return (delivery, { payload, beginning }) => {
      const request = payload === undefined ? decodeBeginning(beginning) : decodeRequest(payload);
      if (request === undefined) return delivery.reject(amqpError(tooLarge));
      delivery.accept();
      let body: object | undefined;
      let failure: BrokerError | undefined;
      try {
        if (payload === undefined) throw tooLarge;
        body = perform(request);
      } catch (error) {
        failure = asBrokerError(error);
      }
      this.#surroundings.broker.answer(entity, (lost) =>
        this.#guarded(() => {
          const reply = this.#replyLink(receiver, request.replyTo);
          reply?.send(encodeReply(node, request, body, failure ?? lost));
        }),
      );
    };
  }

  /** Some clients name no address for the reply: they mean the link that they opened beside the one of the request. */
  #replyLink(receiver: InnerReceiver, replyTo: string): ReplyLink | undefined {
    if (replyTo !== '') return this.#replies.get(replyTo);
    const address = receiver.target?.address;
    for (const [sender, outlet] of this.#outlets) {
      const isBeside = sender.session === receiver.session && sender.source?.address === address;
      if (isBeside && outlet instanceof ReplyLink) return outlet;
    }
    return undefined;
  }

  /** For work that runs when a turn ends: a client whose answer cannot be written must not take others with it. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #putToken({ properties, body }: Request): undefined {
    const { broker, keys } = this.#surroundings;
    if (properties.operation !== 'put-token')
      throw new BrokerError('not-implemented', `The operation '${String(properties.operation)}' is not supported.`);
    const grant = checkToken(keys, String(body), String(properties.name), broker.nowMs);
    if (this.#grants.size >= grantsMax) this.#grants.clear();
    this.#grants.set(grant.path, grant);
    return undefined;
  }

  #assertAllowed(address: string): void {
    const { broker, keys } = this.#surroundings;
    if (keys === undefined || isTrusted(this.#connection)) return;
    if (allows(this.#grants.values(), address, broker.nowMs)) return;
    throw new BrokerError('unauthorized', `Unauthorized access: no valid token covers '${address}'.`);
  }

  #assertRoomForLink(session: InnerSession): void {
    const { linksPerSessionMax } = this.#surroundings.limits;
    const links = Object.keys(session.links).length;
    // A link that was refused is there until the client has detached it too.
    if (links > 2 * linksPerSessionMax) throw new RangeError('too many links that were refused');
    if (links > linksPerSessionMax) throw new BrokerError('too-many-links', 'Too many links on one session.');
  }

  /** An entity is gone or disabled: its links end, with the reason. */
  readonly #onDetach: DetachListener = (entity, reason) => {
    for (const [link, used] of this.#used) {
      if (used !== entity) continue;
      this.#used.delete(link);
      if (link.is_sender()) this.#closeOutlet(link as InnerSender);
      // What is under way already would otherwise stay without an answer.
      else this.#intakes.set(link as InnerReceiver, (delivery) => delivery.reject(amqpError(reason)));
      link.close(amqpError(reason));
    }
  };

  #closeIntake(receiver: InnerReceiver): void {
    this.#intakes.delete(receiver);
    this.#used.delete(receiver);
  }

  #closeOutlet(sender: InnerSender): void {
    const outlet = this.#outlets.get(sender);
    outlet?.close();
    this.#outlets.delete(sender);
    this.#used.delete(sender);
    for (const [name, reply] of this.#replies) if (reply === outlet) this.#replies.delete(name);
  }

  #closeSession(session: InnerSession): void {
    for (const sender of this.#outlets.keys()) if (sender.session === session) this.#closeOutlet(sender);
    for (const receiver of this.#intakes.keys()) if (receiver.session === session) this.#closeIntake(receiver);
    this.#sessions.delete(session);
  }
}

function encodeReply(
  node: RequestNode,
  request: Request,
  body: object | undefined,
  failure: BrokerError | undefined,
): Buffer {
  if (failure !== undefined) return encodeFailure(node, request, failure);
  const status = node === 'cbs' ? 202 : body === undefined ? emptyStatus(request) : 200;
  return encodeResponse(node, request, status, body);
}

function isRequestNode(address: string): boolean {
  return address === '$cbs' || address.endsWith(managementSuffix);
}

/** Some clients give a URI, such as `amqps://host:5672/orders`, where others name the entity alone. */
function entityAddress(address: string): string {
  return address.replace(/^amqps?:\/\/[^/]*\//i, '');
}

/** Who looks for something is told by 204 that nothing is there; operations that answer nothing else say 200. */
const looking: readonly unknown[] = ['com.microsoft:peek-message', 'com.microsoft:get-message-sessions'];

function emptyStatus({ properties }: Request): number {
  return looking.includes(properties.operation) ? 204 : 200;
}
