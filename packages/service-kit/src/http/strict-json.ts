import { isUtf8 } from 'node:buffer';
import { locateFault, nestingDepthMax } from './json-fault.ts';

/** Parsing 200,000 levels takes half a second, so a long text is measured before; a short one cannot nest so deeply. */
const scannedFirst = 16 * 1024;

/** Why a text is not JSON that we take. */
export class JsonFault extends Error {}

/**
 * Parses JSON more strictly than `JSON.parse`: no duplicate keys, no nesting deeper than `nestingDepthMax`, no keys that
 * could reach a prototype, valid UTF-8. The common case costs one walk over the value and one over the text: as many keys in
 * both means that none was lost to a duplicate.
 * @throws JsonFault that says what is wrong, and where.
 */
export function parseStrictJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new JsonFault('the body is not valid UTF-8');
  const text = bytes.toString('utf8');
  if (text.length > scannedFirst) refuseDeepText(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new JsonFault(locateFault(text));
  }
  if (countKeys(value, 1) !== countKeysOfText(text)) throw new JsonFault(locateFault(text));
  return value;
}

function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > nestingDepthMax) throw new JsonFault(`the nesting is deeper than ${nestingDepthMax} levels`);
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item, depth + 1);
    return count;
  }
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    refusePrototypeKey(key, item);
    count += 1 + countKeys(item, depth + 1);
  }
  return count;
}

function refusePrototypeKey(key: string, value: unknown): void {
  const reaches =
    key === 'constructor' && typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
  if (key === '__proto__' || reaches) throw new JsonFault(`the key "${key}" is not allowed`);
}

function refuseDeepText(text: string): void {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x22) index = endOfString(text, index) - 1;
    else if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > nestingDepthMax) throw new JsonFault(`the nesting is deeper than ${nestingDepthMax} levels`);
  }
}

/** The index behind the closing quote, or the text's end where there is none. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === 0x22) return end + 1;
    end += code === 0x5c ? 2 : 1;
  }
  return text.length;
}

/** Strings that a colon follows; the text is known to be valid JSON. */
function countKeysOfText(text: string): number {
  let count = 0;
  let start = text.indexOf('"');
  while (start !== -1) {
    let end = endOfString(text, start);
    let next = text.charCodeAt(end);
    while (next === 0x20 || next === 0x0a || next === 0x0d || next === 0x09) next = text.charCodeAt(++end);
    if (next === 0x3a) count++;
    start = text.indexOf('"', end);
  }
  return count;
}
