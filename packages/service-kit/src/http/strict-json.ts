import { isUtf8 } from 'node:buffer';
import { locateFault, nestingDepthMax } from './json-fault.ts';

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

/** Strings that a colon follows; the text is known to be valid JSON. */
function countKeysOfText(text: string): number {
  let count = 0;
  let start = text.indexOf('"');
  while (start !== -1) {
    let end = start + 1;
    for (let code = text.charCodeAt(end); code !== 0x22; code = text.charCodeAt(end)) end += code === 0x5c ? 2 : 1;
    end++;
    let next = text.charCodeAt(end);
    while (next === 0x20 || next === 0x0a || next === 0x0d || next === 0x09) next = text.charCodeAt(++end);
    if (next === 0x3a) count++;
    start = text.indexOf('"', end);
  }
  return count;
}
