import type { Socket } from 'node:net';
import { type ErrorCode, errorCatalogue, problemMediaType, problemType } from '@dronedelivery/contracts';

const codeOf: Readonly<Record<string, ErrorCode>> = { HPE_HEADER_OVERFLOW: 'headers-too-large' };

/** Requests that never become one: header floods, timeouts, what is not HTTP. Answered as a problem, then cut. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.destroyed) {
    socket.destroy();
    return;
  }
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n', () =>
      socket.destroy(),
    );
    return;
  }
  const code = codeOf[error.code ?? ''] ?? 'malformed-body';
  const { status, title } = errorCatalogue[code];
  const body = JSON.stringify({ type: problemType(code), title, status, detail: 'the request is not valid HTTP' });
  const head = [
    `HTTP/1.1 ${status} ${status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'}`,
    'connection: close',
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
