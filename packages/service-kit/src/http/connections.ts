import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  /** Answers that are not finished, in the order of their requests. */
  readonly answers: Set<ServerResponse>;
  newest: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  isCondemned: boolean;
}

/** Of the limit, what may be kept by connections on which nothing is asked: the rest is room for a crowd that arrives. */
const idleShare = 0.9;

/** A server's connections: which are idle, what is under way on the others, and on which nothing more counts. */
export class Connections {
  readonly #connections = new Map<Socket, Connection>();
  /** Whoever has asked nothing for longest comes first. */
  readonly #idle = new Set<Socket>();
  readonly #comfortable: number;

  constructor(server: Server, connectionsMax: number) {
    this.#comfortable = Math.ceil(connectionsMax * idleShare);
    server.maxConnections = connectionsMax;
    server.on('connection', (socket: Socket) => this.#open(socket));
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#begin(request, response),
    );
  }

  /** Whatever comes on this connection after the present request is not listened to. */
  condemn(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection !== undefined) connection.isCondemned = true;
  }

  /** Whether an earlier request has put an end to the connection. */
  isCondemned(socket: Socket): boolean {
    return this.#connections.get(socket)?.isCondemned ?? false;
  }

  /**
   * Whether an answer written now would be taken for the one to the message that has just been given up, and not for
   * an answer to an earlier request, or for a piece of one.
   */
  isTurnOfBroken(socket: Socket): boolean {
    const { answers, newest } = this.#connections.get(socket) ?? {};
    if (answers === undefined || newest === undefined) return true;
    if (newest.request.complete) return answers.size === 0;
    return answers.size === 1 && answers.has(newest.response) && !newest.response.headersSent;
  }

  /** What was asked on the connection before is still answered; nothing more is listened to. */
  endAfterAnswers(socket: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.answers.size === 0 || connection.newest?.request.complete !== true) {
      socket.destroy();
      return;
    }
    connection.isCondemned = true;
  }

  #open(socket: Socket): void {
    this.#connections.set(socket, { answers: new Set(), newest: undefined, isCondemned: false });
    this.#idle.add(socket);
    socket.once('close', () => this.#forget(socket));
    if (this.#connections.size > this.#comfortable) this.#makeRoom();
  }

  /** A crowd of silent connections must not keep out those who have something to ask. */
  #makeRoom(): void {
    const [oldest] = this.#idle;
    oldest?.destroy();
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.isCondemned) return;
    connection.answers.add(response);
    connection.newest = { request, response };
    this.#idle.delete(socket);
    response.once('close', () => {
      connection.answers.delete(response);
      if (connection.answers.size > 0 || !this.#connections.has(socket)) return;
      if (connection.isCondemned) socket.destroySoon();
      else this.#idle.add(socket);
    });
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket);
    this.#idle.delete(socket);
  }
}
