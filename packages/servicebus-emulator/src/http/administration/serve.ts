import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../read-body.ts';
import { type AdministrationApi, type AdministrationReply, errorXml } from './api.ts';

const bodyBytesMax = 256 * 1024;

/** Every client of the administration names the version that it speaks; nothing else that is served here does. */
export function isAdministration({ url = '' }: IncomingMessage): boolean {
  return /[?&]api-version=/.test(url);
}

export async function answerAdministration(
  request: IncomingMessage,
  response: ServerResponse,
  api: AdministrationApi,
): Promise<void> {
  const body = await readBody(request, bodyBytesMax);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    send(response, { status: 413, body: errorXml(413, `The body is larger than ${bodyBytesMax} bytes.`) });
    return;
  }
  const { authorization, host = 'localhost', 'if-match': ifMatch } = request.headers;
  const { method = 'GET', url = '/' } = request;
  send(response, api({ method, url, host, authorization, ifMatch, body }));
}

function send(response: ServerResponse, { status, body, etag }: AdministrationReply): void {
  if (body !== '') response.setHeader('content-type', 'application/atom+xml;type=entry;charset=utf-8');
  if (etag !== undefined) response.setHeader('etag', etag);
  response.writeHead(status).end(body);
}
