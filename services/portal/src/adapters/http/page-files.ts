import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { operations } from '@dronedelivery/contracts';
import { AppError } from '@dronedelivery/service-kit/app-error';
import { ForeignAnswer, type HttpServer, registerOperation } from '@dronedelivery/service-kit/http';

interface PageFile {
  readonly mediaType: string;
  readonly body: Buffer;
  readonly etag: string;
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page takes everything from its own origin, runs no inline code, is framed by nobody and posts no forms. */
const headers = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Asked again each time, and answered 304 while nothing has changed: a new release counts at once.
  'cache-control': 'no-cache',
} as const;

const indexName = 'index.html';

/** Serves the files of one folder, read once; nothing else can be named. */
export function registerPage(server: HttpServer, folder: string): void {
  const files = new Map(readdirSync(folder).map((name) => [name, readPageFile(folder, name)]));
  const answer = (name: string, ifNoneMatch: string | undefined) => {
    const file = files.get(name);
    if (file === undefined) throw new AppError('not-found');
    const { mediaType, body, etag } = file;
    const isKnown = ifNoneMatch?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
    return new ForeignAnswer({
      status: isKnown ? 304 : 200,
      mediaType,
      body: isKnown ? '' : body,
      headers: { ...headers, etag },
    });
  };
  registerOperation(server, operations.getPage, (request) => answer(indexName, request.header('if-none-match')));
  registerOperation(server, operations.getPageFile, (request) =>
    answer(request.params.file, request.header('if-none-match')),
  );
}

function readPageFile(folder: string, name: string): PageFile {
  const mediaType = mediaTypes[path.extname(name)];
  if (mediaType === undefined) throw new Error(`the page holds a file of an unknown kind: ${name}`);
  const body = readFileSync(path.join(folder, name));
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { mediaType, body, etag };
}
