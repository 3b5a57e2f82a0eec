import { createServer, type Server, type Socket } from 'node:net';
import rhea, { type ConnectionOptions } from 'rhea';
import { listen } from '../net/listen.ts';
import { ClientConnection, type ConnectionSurroundings } from './client-connection.ts';
import { guardFrames } from './frame-guard.ts';
import type { AmqpLimits } from './limits.ts';
import type { InnerConnection } from './rhea-internals.ts';
import { saslMechanisms } from './sasl.ts';

/** Accepts AMQP connections until it is disposed. */
export interface AmqpListener extends AsyncDisposable {
  readonly port: number;
  readonly connections: number;
}

/** @throws Error naming the port when it is taken */
export async function listenAmqp(
  surroundings: ConnectionSurroundings,
  host: string,
  port: number,
): Promise<AmqpListener> {
  const container = rhea.create_container({ id: 'servicebus-emulator' });
  Object.assign(container.sasl_server_mechanisms, saslMechanisms(surroundings.keys));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const connection = container.create_connection(connectionOptions(surroundings.limits)) as InnerConnection;
    accept(connection, socket, surroundings);
  });
  server.maxConnections = surroundings.limits.connectionsMax;
  return {
    port: await listen(server, host, port),
    get connections() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: () => closeAll(server, sockets),
  };
}

type ServerConnectionFields = Omit<ConnectionOptions, 'host' | 'port'>;

function connectionOptions({ frameBytesMax, idleTimeoutMs, sessionsPerConnectionMax }: AmqpLimits): ConnectionOptions {
  const options: ServerConnectionFields = {
    max_frame_size: frameBytesMax,
    idle_time_out: idleTimeoutMs,
    channel_max: sessionsPerConnectionMax - 1,
    reconnect: false,
    receiver_options: { autoaccept: false, credit_window: 0 },
    sender_options: { autosettle: false },
  };
  // The type asks for the address to connect to, which an accepted connection has none of.
  return options as ConnectionOptions;
}

function accept(connection: InnerConnection, socket: Socket, surroundings: ConnectionSurroundings): void {
  socket.setNoDelay(true);
  gatherWrites(socket);
  // Also for a peer that connects and then says nothing at all, of which rhea knows nothing.
  socket.setTimeout(2 * surroundings.limits.idleTimeoutMs, () => socket.destroy());
  new ClientConnection(connection, surroundings);
  connection.accept(socket);
  guardInput(connection, surroundings.limits.frameBytesMax);
  boundHandshake(connection, socket, surroundings.limits.handshakeTimeoutMs);
  // rhea sees only the peer's end; without this the timers of a connection that we cut would live on.
  socket.once('close', () => connection.eof());
}

/** rhea writes frame by frame; one system call for all frames of a moment costs a fraction. */
function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (chunk: Uint8Array) => boolean;
  const uncork = () => socket.uncork();
  socket.write = (chunk: string | Uint8Array) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(uncork);
    }
    return write(chunk as Uint8Array);
  };
}

function guardInput(connection: InnerConnection, frameBytesMax: number): void {
  const { transport } = connection;
  const read = transport.read.bind(transport);
  transport.read = (buffer) => {
    guardFrames(buffer, frameBytesMax);
    return read(buffer);
  };
}

function boundHandshake(connection: InnerConnection, socket: Socket, timeoutMs: number): void {
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  const stop = () => clearTimeout(timer);
  connection.once('connection_open', stop);
  socket.once('close', stop);
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  await closed;
}
