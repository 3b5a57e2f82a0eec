import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../app-error.ts';
import { JsonFault, parseStrictJson } from './strict-json.ts';

/** Replaces Fastify's own parsers by strict ones; every other media type stays refused with 415. */
export function addBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    // Clients announce JSON also where they send nothing; whether a body is needed is the operation's to say.
    if (body.length === 0) return done(null, undefined);
    try {
      done(null, parseStrictJson(body));
    } catch (error) {
      done(error instanceof JsonFault ? new AppError('malformed-body', error.message) : (error as Error));
    }
  });
  fastify.addContentTypeParser<Buffer>(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, parseForm(body));
      } catch (error) {
        done(error as Error);
      }
    },
  );
}

const formFieldsMax = 100;

/** Every field is a text and comes once. */
function parseForm(bytes: Buffer): Record<string, string> {
  if (!isUtf8(bytes)) throw new AppError('malformed-body', 'the body is not valid UTF-8');
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(bytes.toString())) {
    if (name === '__proto__') throw new AppError('malformed-body', 'the field "__proto__" is not allowed');
    if (fields.has(name)) throw new AppError('malformed-body', `the field "${name.slice(0, 64)}" comes twice`);
    if (fields.size === formFieldsMax) throw new AppError('malformed-body', `more than ${formFieldsMax} fields`);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
