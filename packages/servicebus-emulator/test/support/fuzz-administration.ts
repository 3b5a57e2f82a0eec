import { connect } from 'node:net';
import { hostileBody } from './hostile-xml.ts';
import type { Random } from './random.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly head: string;
  readonly pieces: readonly Buffer[];
  /** The client hangs up before the body that it announced is out. */
  readonly isCutOff: boolean;
}

export interface WireReply {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

const parts = [
  ...['q', 'q', 't', 't', 'u', 'a', 's', 'Subscriptions', 'subscriptions', 'Rules', 'RULES', 'r', '$Default'],
  ...['$Resources', 'Queues', 'Topics', '$namespaceinfo', '$deadletterqueue', '$management'],
  ...[
    'constructor',
    '__proto__',
    '..',
    '.',
    '',
    '%2f',
    '%2F%2e%2e',
    '%00',
    '%E0%A4%A',
    '%C3%A9',
    '%F0%9F%98%80',
    '%25',
  ],
  ...['\u00E9', 'a b', '-a', 'a-', 'x'.repeat(260), 'x'.repeat(261), 'x'.repeat(4_000), '*', '[', '\\', '"', '<&>'],
] as const;
const places = ['q', 'u', 'a/b', 't', 't/Subscriptions/s', 't/subscriptions/new', 't/Subscriptions/s/Rules/r'] as const;
const lists = ['$Resources/Queues', '$Resources/topics', 't/Subscriptions', 't/Subscriptions/s/rules'] as const;
const queries = [
  ...[
    '',
    '',
    '',
    '',
    '&$skip=1&$top=2',
    '&$skip=x',
    '&$top=0',
    '&$top=-1',
    '&$top=999999999',
    '&$skip=1e3',
    '&enrich=True',
  ],
  ...['&api-version=2', '&%E0%A4%A=1', '#', '?', '&$skip='],
] as const;
const hosts = [
  'h',
  'h:1',
  '[::1]:5',
  'user@h',
  'h/p',
  'h?x',
  '[',
  'h:99999',
  ':',
  '..',
  'x'.repeat(300),
  '%',
  '\u00E9',
] as const;
const methods = [
  'GET',
  'GET',
  'PUT',
  'PUT',
  'PUT',
  'PUT',
  'PUT',
  'PUT',
  'PUT',
  'PUT',
  'PUT',
  'DELETE',
  'POST',
  'PATCH',
  'HEAD',
  'OPTIONS',
] as const;
const matches = ['*', '*', '"x"', '', '"', 'W/"x"', '*, "x"'] as const;

const beyondLimitBytes = 600 * 1024;

export function hostileRequest(random: Random): WireRequest {
  const method = random.pick(methods);
  const fields = [`Host: ${random.below(8) === 0 ? random.pick(hosts) : 'h'}`, 'Connection: close'];
  if (random.below(3) === 0) fields.push(`If-Match: ${random.pick(matches)}`);
  // What the others need in order to get anywhere stays.
  const address = method === 'DELETE' ? `/${fresh(random)}?api-version=2021-05` : target(random);
  const body = method === 'PUT' || random.below(4) === 0 ? framed(random, address) : undefined;
  const head = [`${method} ${address} HTTP/1.1`, ...fields, ...(body?.fields ?? []), '', ''].join('\r\n');
  return { head, pieces: body?.pieces ?? [], isCutOff: body?.isCutOff ?? false };
}

function fresh(random: Random): string {
  const odd = ['constructor', '__proto__', 'a/Subscriptions/b/c', 't/Subscriptions/constructor', '%00'];
  if (random.below(8) === 0) return random.pick(odd);
  return `${random.pick(['n', 't/Subscriptions/n', 't/Subscriptions/s/Rules/n'])}${random.below(20)}`;
}

function target(random: Random): string {
  const made = Array.from({ length: 1 + random.below(6) }, () => random.pick(parts)).join('/');
  const path = random.pick([
    random.pick(random.below(2) === 0 ? lists : places),
    random.pick(places),
    fresh(random),
    fresh(random),
    fresh(random),
    made,
  ]);
  const start = random.below(20) === 0 ? random.pick(['//', '///', 'http://h/', 'http://', 'x:', '']) : '/';
  return `${start}${path}?api-version=2021-05${random.pick(queries)}`;
}

interface FramedBody {
  readonly fields: readonly string[];
  readonly pieces: readonly Buffer[];
  readonly isCutOff: boolean;
}

function framed(random: Random, address: string): FramedBody {
  const body = hostileBody(random, address);
  const isCutOff = random.below(10) === 0;
  const announced = `Content-Length: ${body.length + (isCutOff ? 1 + random.below(100) : 0)}`;
  if (random.below(2) === 0) return { fields: [announced], pieces: [body], isCutOff };
  const whole = random.below(6) === 0 ? Buffer.concat([body, Buffer.alloc(beyondLimitBytes, ' ')]) : body;
  const pieces = chunked(whole, random);
  return { fields: ['Transfer-Encoding: chunked'], pieces: isCutOff ? pieces.slice(0, -1) : pieces, isCutOff };
}

function chunked(body: Buffer, random: Random): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const piece = body.subarray(at, at + 1 + random.below(body.length));
    pieces.push(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
    at += piece.length;
  }
  return [...pieces, Buffer.from('0\r\n\r\n')];
}

/** @returns undefined when the connection ended without an answer */
export async function sendRaw(port: number, { head, pieces, isCutOff }: WireRequest): Promise<WireReply | undefined> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const { promise, resolve } = Promise.withResolvers<WireReply | undefined>();
  const received: Buffer[] = [];
  socket
    .on('data', (chunk) => received.push(chunk))
    .on('end', () => socket.end())
    // A reset is as good an end as a close, once the answer is here.
    .on('error', () => undefined)
    .on('close', () => resolve(parseReply(Buffer.concat(received))));
  socket.write(head, 'latin1');
  for (const piece of pieces) socket.write(piece);
  if (isCutOff) socket.end();
  return promise;
}

function parseReply(bytes: Buffer): WireReply | undefined {
  const bodyAt = bytes.indexOf('\r\n\r\n') + 4;
  const head = bytes.toString('latin1', 0, bodyAt);
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(head) ?? [];
  if (status === undefined) return undefined;
  const [, type] = /^content-type: (.*)\r$/im.exec(head) ?? [];
  const body = bytes.subarray(bodyAt);
  const isChunked = /^transfer-encoding: chunked\r$/im.test(head);
  return { status: Number(status), type, body: (isChunked ? unchunk(body) : body).toString('utf8') };
}

function unchunk(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) break;
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
