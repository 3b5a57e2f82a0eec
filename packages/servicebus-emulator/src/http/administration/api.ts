import { createHash } from 'node:crypto';
import { checkToken, type SharedAccessKeys } from '../../amqp/authority.ts';
import { statusOf } from '../../amqp/conditions.ts';
import type { Administration } from '../../broker/administration.ts';
import { BrokerError } from '../../core/broker-error.ts';
import { trimSlashes } from '../../core/entity-definition.ts';
import { readXml, type XmlElement, XmlError } from '../../xml/read-xml.ts';
import { writeXml, type XmlNode } from '../../xml/write-xml.ts';
import { type Entry, writeEntry, writeFeed } from './entries.ts';
import { parseResource } from './resource.ts';
import { type Handler, type ItemHandler, Resources } from './resources.ts';
import { child } from './xml-parts.ts';

/** A request as it came in. */
export interface AdministrationRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly host: string;
  readonly authorization: string | undefined;
  readonly ifMatch: string | undefined;
  readonly body: string;
}

export interface AdministrationReply {
  readonly status: number;
  /** XML; empty for none. */
  readonly body: string;
  readonly etag?: string;
}

export interface AdministrationApiOptions {
  readonly administration: Administration;
  readonly keys: SharedAccessKeys;
  nowMs(): number;
}

const pageMax = 100;

/** Answers requests as Service Bus' own administration does, in Atom XML. */
export type AdministrationApi = (request: AdministrationRequest) => AdministrationReply;

export function createAdministrationApi(options: AdministrationApiOptions): AdministrationApi {
  const resources = new Resources(options.administration);
  return (request) => {
    try {
      const url = addressOf(request);
      const path = decodePath(url.pathname);
      checkToken(options.keys, request.authorization ?? '', `/${path}`, options.nowMs());
      return perform(request, url, resources.find(parseResource(path)), options.nowMs());
    } catch (error) {
      return failed(error);
    }
  };
}

function perform(request: AdministrationRequest, url: URL, handler: Handler, nowMs: number): AdministrationReply {
  const { method } = request;
  if ('list' in handler) return method === 'GET' ? list(handler.list(), url, nowMs) : notPossible(method);
  if (method === 'GET') return reply(200, handler.get(), url);
  const { changes } = handler;
  if (changes === undefined) return notPossible(method);
  if (method === 'PUT') return put(handler, changes, request, url);
  if (method !== 'DELETE') return notPossible(method);
  assertMatch(request.ifMatch ?? '*', handler.get());
  changes.remove();
  return { status: 200, body: '' };
}

/** With If-Match an entity is changed, without it is made. */
function put(
  handler: ItemHandler,
  changes: NonNullable<ItemHandler['changes']>,
  { ifMatch, body }: AdministrationRequest,
  url: URL,
): AdministrationReply {
  const description = readDescription(body);
  if (ifMatch === undefined) return reply(201, changes.create(description), url);
  assertMatch(ifMatch, handler.get());
  return reply(200, changes.update(description), url);
}

function notPossible(method: string): AdministrationReply {
  return { status: 405, body: errorXml(405, `${method} is not possible here.`) };
}

function list(entries: readonly Entry[], url: URL, nowMs: number): AdministrationReply {
  const skip = countOf(url, '$skip') ?? 0;
  const top = Math.min(countOf(url, '$top') ?? pageMax, pageMax);
  const page = entries.slice(skip, skip + top);
  const next =
    skip + page.length < entries.length && page.length > 0 ? nextAddress(url, skip + page.length, top) : undefined;
  const nodes = page.map((entry) => writeEntry(entry, addressIn(url)));
  return { status: 200, body: writeXml(writeFeed(nodes, { self: url.href, next }, nowMs)) };
}

function nextAddress(url: URL, skip: number, top: number): string {
  const next = new URL(url);
  next.searchParams.set('$skip', String(skip));
  next.searchParams.set('$top', String(top));
  return next.href;
}

function countOf(url: URL, name: string): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new BrokerError('argument-invalid', `${name} is not a whole number.`);
}

function reply(status: number, entry: Entry, url: URL): AdministrationReply {
  return { status, body: writeXml(writeEntry(entry, addressIn(url))), etag: etagOf(entry) };
}

function addressIn(url: URL): (path: string) => string {
  const version = url.searchParams.get('api-version');
  const query = version === null ? '' : `?api-version=${encodeURIComponent(version)}`;
  return (path) => `${url.origin}/${path}${query}`;
}

/** Changes with whatever a client can change. */
function etagOf({ path, facts }: Entry): string {
  return `"${createHash('sha256').update(`${path} ${facts.createdAtMs} ${facts.modifiedAtMs}`).digest('hex').slice(0, 16)}"`;
}

class PreconditionFailed extends Error {}

function assertMatch(ifMatch: string, entry: Entry): void {
  if (ifMatch === '*' || ifMatch === etagOf(entry)) return;
  throw new PreconditionFailed(`'${entry.path}' has changed meanwhile.`);
}

function readDescription(body: string): XmlElement {
  const root = readXml(body);
  const content = root.name === 'entry' ? child(root, 'content') : undefined;
  const [description] = content?.children ?? [];
  if (description !== undefined) return description;
  throw new XmlError('expected an entry with a description as its content');
}

/** Whatever stands before the path, even a second slash, names no other host than the one that the request is for. */
function addressOf({ url, host }: AdministrationRequest): URL {
  try {
    const { origin } = new URL(`http://${host}`);
    return new URL(url.startsWith('/') ? `${origin}${url}` : url);
  } catch {
    throw new BrokerError('argument-invalid', 'The address of the request cannot be understood.');
  }
}

function decodePath(pathname: string): string {
  try {
    return trimSlashes(decodeURIComponent(pathname));
  } catch {
    throw new BrokerError('argument-invalid', 'The path is not encoded right.');
  }
}

function failed(error: unknown): AdministrationReply {
  const [status, detail] = explain(error);
  return { status, body: errorXml(status, detail) };
}

function explain(error: unknown): readonly [number, string] {
  if (error instanceof BrokerError) return [statusOf(error), error.message];
  if (error instanceof XmlError) return [400, `The body cannot be understood: ${error.message}.`];
  if (error instanceof PreconditionFailed) return [412, error.message];
  throw error;
}

export function errorXml(status: number, detail: string): string {
  const content: XmlNode[] = [
    { name: 'Code', content: String(status) },
    { name: 'Detail', content: detail },
  ];
  return writeXml({ name: 'Error', content });
}
