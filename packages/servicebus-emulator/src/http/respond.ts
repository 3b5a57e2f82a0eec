import type { ServerResponse } from 'node:http';

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

/** A failure as RFC 9457 has it. */
export function sendProblem(response: ServerResponse, status: number, title: string, more: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(`${JSON.stringify({ type: 'about:blank', title, status, ...more })}\n`);
}
