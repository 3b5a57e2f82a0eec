const token = /[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const escapeForm = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const space = /[ \t\r\n]*/y;
const keyShownMax = 64;

export const nestingDepthMax = 32;

interface Open {
  readonly close: '}' | ']';
  readonly keys: Set<string>;
}

type Expecting = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'end of text';

/**
 * Says what is wrong with a text that was refused, and at which character: the first syntax error or duplicate key.
 * Runs on failure alone, so it may be slow; without recursion, since hostile bodies nest deeply.
 */
export function locateFault(text: string): string {
  if (text.trim() === '') return 'the body is empty';
  const open: Open[] = [];
  let expecting: Expecting = 'value';
  let position = 0;
  for (;;) {
    position = skipSpace(text, position);
    if (position === text.length) {
      return expecting === 'end of text'
        ? 'the body is not valid JSON'
        : `the JSON text ends too early, at character ${position}`;
    }
    const found = text[position] === '"' ? stringAt(text, position) : at(token, text, position);
    const next: Expecting | Duplicate | undefined = found === undefined ? undefined : step(found, expecting, open);
    if (next === undefined) return `malformed JSON at character ${position}: ${wanted(expecting)} expected`;
    if (typeof next === 'object')
      return `duplicate key "${next.duplicate.slice(0, keyShownMax)}" at character ${position}`;
    // Hostile texts may nest without end, and every level costs memory here.
    if (open.length > nestingDepthMax) return `the nesting is deeper than ${nestingDepthMax} levels`;
    expecting = next;
    position += found?.length ?? 0;
  }
}

interface Duplicate {
  readonly duplicate: string;
}

function step(found: string, expecting: Expecting, open: Open[]): Expecting | Duplicate | undefined {
  const current = open.at(-1);
  switch (expecting) {
    case 'colon':
      return found === ':' ? 'value' : undefined;
    case 'comma or end':
      if (found === ',') return current?.close === '}' ? 'key' : 'value';
      return found === current?.close ? closed(open) : undefined;
    case 'key':
    case 'key or end':
      if (found === '}' && expecting === 'key or end') return closed(open);
      return found.startsWith('"') ? keyed(JSON.parse(found), current) : undefined;
    case 'value':
    case 'value or end':
      if (found === ']' && expecting === 'value or end') return closed(open);
      return valued(found, open);
    case 'end of text':
      return undefined;
  }
}

function keyed(key: string, current: Open | undefined): Expecting | Duplicate {
  if (current?.keys.has(key) === true) return { duplicate: key };
  current?.keys.add(key);
  return 'colon';
}

function valued(found: string, open: Open[]): Expecting | undefined {
  if (found === '{' || found === '[') {
    open.push({ close: found === '{' ? '}' : ']', keys: new Set() });
    return found === '{' ? 'key or end' : 'value or end';
  }
  if (/^[}\],:]$/.test(found)) return undefined;
  return open.length === 0 ? 'end of text' : 'comma or end';
}

function closed(open: Open[]): Expecting {
  open.pop();
  return open.length === 0 ? 'end of text' : 'comma or end';
}

function skipSpace(text: string, position: number): number {
  return position + (at(space, text, position)?.length ?? 0);
}

function at(form: RegExp, text: string, position: number): string | undefined {
  form.lastIndex = position;
  return form.exec(text)?.[0];
}

/** By hand: a pattern for strings backtracks, and a hostile body chooses how far. */
function stringAt(text: string, start: number): string | undefined {
  for (let end = start + 1; end < text.length; ) {
    const code = text.charCodeAt(end);
    if (code === 0x22) return text.slice(start, end + 1);
    if (code < 0x20) return undefined;
    const length = code === 0x5c ? at(escapeForm, text, end)?.length : 1;
    if (length === undefined) return undefined;
    end += length;
  }
  return undefined;
}

function wanted(expecting: Expecting): string {
  return expecting === 'value or end' || expecting === 'value'
    ? 'a value'
    : expecting === 'key or end'
      ? 'a key'
      : expecting;
}
