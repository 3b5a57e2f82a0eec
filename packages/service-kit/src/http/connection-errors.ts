import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, errorCatalogue, problemMediaType, problemType } from '@dronedelivery/contracts';
import type { Connections } from './connections.ts';

const codeOf: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** Requests that never become one: header floods, slow senders, what is not HTTP. Answered as a problem, then cut. */
export function refuseConnection(
  error: Error & { readonly code?: string },
  socket: Socket,
  connections: Connections,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (!connections.isTurnOfBroken(socket)) {
    connections.endAfterAnswers(socket);
    return;
  }
  const code = codeOf[error.code ?? ''] ?? 'malformed-request';
  const { status, title } = errorCatalogue[code];
  const body = JSON.stringify({ type: problemType(code), title, status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
