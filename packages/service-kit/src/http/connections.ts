import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Roster } from '../roster.ts';

interface Connection {
  /** Answers that are not finished, in the order of their requests. */
  readonly answers: ServerResponse[];
  newest: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  isCondemned: boolean;
  /** Ends being idle; does nothing for one that is not. */
  leaveIdle: () => void;
}

/**
 * Requests that wait for their answers on one connection. Clients that send ahead at all send a handful; beyond it a few
 * connections could fill each turn of the event loop with theirs.
 */
const unansweredMax = 32;
/** Of the limit, what may be kept by connections on which nothing is asked: the rest is room for a crowd that arrives. */
const idleShare = 0.9;

/** A server's connections: which are idle, what is under way on the others, and on which nothing more counts. */
export class Connections {
  readonly #connections = new Map<Socket, Connection>();
  /** Whoever has asked nothing for longest comes first. */
  readonly #idle = new Roster<Socket>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Of this server. */
  watch(server: Server): void {
    server.maxConnections = this.#max;
    server.on('connection', (socket: Socket) => this.#open(socket));
  }

  /** @returns false for a request that is not listened to. */
  begin(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.isCondemned) return false;
    if (connection.answers.length >= unansweredMax) {
      connection.isCondemned = true;
      stopParsing(socket);
      return false;
    }
    connection.answers.push(response);
    connection.newest = { request, response };
    connection.leaveIdle();
    response.once('close', () => this.#end(socket, connection, response));
    return true;
  }

  /** Whatever comes on this connection after the present request is not listened to. */
  condemn(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) connection.isCondemned = true;
  }

  /**
   * Whether an answer written now would be taken for the one to the message that has just been given up, and not for
   * an answer to an earlier request, or for a piece of one.
   */
  isTurnOfBroken(socket: Socket): boolean {
    const { answers, newest } = this.#connections.get(socket) ?? {};
    if (answers === undefined || newest === undefined) return true;
    if (newest.request.complete) return answers.length === 0;
    return answers.length === 1 && answers[0] === newest.response && !newest.response.headersSent;
  }

  /** What was asked on the connection before is still answered; nothing more is listened to. */
  endAfterAnswers(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.answers.length === 0 || connection.newest?.request.complete !== true) {
      socket.destroy();
      return;
    }
    connection.isCondemned = true;
  }

  #open(socket: Socket): void {
    const leaveIdle = this.#idle.add(socket);
    this.#connections.set(socket, { answers: [], newest: undefined, isCondemned: false, leaveIdle });
    socket.once('close', () => this.#forget(socket));
    if (this.#connections.size > this.#max * idleShare) this.#makeRoom();
  }

  /** A crowd of silent connections must not keep out those who have something to ask. */
  #makeRoom(): void {
    this.#idle.first?.destroy();
  }

  #end(socket: Socket, connection: Connection, response: ServerResponse): void {
    const place = connection.answers.indexOf(response);
    if (place >= 0) connection.answers.splice(place, 1);
    if (connection.answers.length > 0 || !this.#connections.has(socket)) return;
    if (connection.isCondemned) socket.destroySoon();
    else connection.leaveIdle = this.#idle.add(socket);
  }

  #forget(socket: Socket): void {
    this.#connections.get(socket)?.leaveIdle();
    this.#connections.delete(socket);
  }
}

/**
 * What follows in the same segment would still be parsed, a thousand requests at a time. Node has no documented way to
 * stop that; without this one they are dropped later, at a greater cost.
 */
function stopParsing(socket: Socket & { readonly parser?: { pause?(): void } | null }): void {
  socket.parser?.pause?.();
}
