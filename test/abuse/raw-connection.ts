import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Exchange {
  readonly received: string;
  readonly bytesWritten: number;
}

/** A connection that sends bytes as they are; a reset is one of the ways in which it may end. */
export async function openRaw(base: string): Promise<Socket> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends a text and reads until the other side closes. */
export async function exchange(base: string, text: string): Promise<string> {
  const socket = await openRaw(base);
  const answer = untilClosed(socket);
  socket.write(text, 'latin1');
  return (await answer).received;
}

/** Sends a text byte by byte, and reads until the other side has had enough of it. */
export async function dribble(base: string, text: string, intervalMs: number): Promise<string> {
  const socket = await openRaw(base);
  const answer = untilClosed(socket);
  let sent = 0;
  const timer = setInterval(() => socket.write(text.charAt(sent++ % text.length)), intervalMs);
  const { received } = await answer;
  clearInterval(timer);
  return received;
}

/** Sends a beginning, then a piece again and again until the other side has had enough, or `bytesMax` are written. */
export async function pour(base: string, beginning: string, piece: string, bytesMax: number): Promise<Exchange> {
  const socket = await openRaw(base);
  const chunk = piece.repeat(Math.ceil(10_000 / piece.length));
  const write = () => {
    while (!socket.destroyed && socket.bytesWritten < bytesMax && socket.write(chunk));
    if (socket.bytesWritten >= bytesMax) socket.destroy();
  };
  socket.on('drain', write);
  const over = untilClosed(socket);
  socket.write(beginning);
  write();
  return over;
}

/** Sends a text again and again and reads nothing, until the other side has had enough. */
export async function askWithoutReading(base: string, text: string, intervalMs: number): Promise<void> {
  const socket = await openRaw(base);
  socket.pause();
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const timer = setInterval(() => {
    // What is not taken waits in this process, which has to live on.
    if (!socket.writableNeedDrain) socket.write(text);
  }, intervalMs);
  await closed;
  clearInterval(timer);
}

async function untilClosed(socket: Socket): Promise<Exchange> {
  let received = '';
  socket.on('data', (data) => {
    received += data;
  });
  // Not by `once`, which would take a reset for a failure.
  await new Promise((resolve) => socket.on('close', resolve));
  return { received, bytesWritten: socket.bytesWritten };
}

export function statusesIn(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}
