import type { IncomingMessage } from 'node:http';
import { AppError } from '../app-error.ts';

const fieldsMax = 100;
/** RFC 9110, section 7.2: a name or address of any form, and a port; nothing that could be read as something else. */
const hostForm = /^(?:\[[0-9A-Fa-f:.]+\]|[\w.~%!$&'()*+,;=-]*)(?::\d*)?$/;
const singleFields: readonly string[] = ['host', 'authorization'];

/**
 * What Node's parser takes although the next reader of the message might read it otherwise: who the request is for,
 * whose it is, or where it ends. Refused rather than guessed (RFC 9112, sections 2.3, 3.2 and 6.1).
 */
export function faultOfHead({ httpVersion, headers, rawHeaders }: IncomingMessage): AppError | undefined {
  if (rawHeaders.length > 2 * fieldsMax) {
    return new AppError('headers-too-large', `there may be at most ${fieldsMax} header fields`);
  }
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('the protocol version is not known');
  const repeated = repeatedField(rawHeaders);
  if (repeated !== undefined) return malformed(`the header field ${repeated} comes twice`);
  if (headers.host === undefined ? httpVersion === '1.1' : !hostForm.test(headers.host)) {
    return malformed('the host is missing or no host');
  }
  return isPlainEncoding(httpVersion, headers['transfer-encoding']) ? undefined : malformed('the length is not clear');
}

/** Beside chunked nothing is decoded here, and passing a coding on would change what it says about the message. */
function isPlainEncoding(httpVersion: string, encoding: string | undefined): boolean {
  return encoding === undefined || (httpVersion === '1.1' && encoding.toLowerCase() === 'chunked');
}

function repeatedField(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    // Most names are told apart by their length, which costs less than their lower case.
    if (name.length !== 4 && name.length !== 13) continue;
    const lower = name.toLowerCase();
    if (!singleFields.includes(lower)) continue;
    if (seen.has(lower)) return lower;
    seen.add(lower);
  }
  return undefined;
}

function malformed(detail: string): AppError {
  return new AppError('malformed-request', detail);
}
