import type { IncomingHttpHeaders } from 'node:http';
import { newId } from '../ids.ts';

const form = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** The client's own where it is fit to be logged and passed on. */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && form.test(given) ? given : newId();
}
