import { SqlSyntaxError } from './sql-error.ts';

export type TokenKind = 'name' | 'delimited' | 'text' | 'integer' | 'decimal' | 'parameter' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** What it says, without quotes. */
  readonly text: string;
  /** Counted from 1. */
  readonly position: number;
}

/** In the order in which they are tried. */
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['integer', /0x[0-9a-f]+(?![\p{L}\p{Nd}_.])/iuy],
  ['decimal', /(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{Nd}_.])|\d+e[+-]?\d+(?![\p{L}\p{Nd}_.])/iuy],
  ['integer', /\d+(?![\p{L}\p{Nd}_.])/uy],
  ['name', /\p{L}[\p{L}\p{Nd}_]*/uy],
  ['parameter', /@[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['text', /'(?:[^']|'')*'/uy],
  ['delimited', /\[(?:[^\]]|\]\])+\]/uy],
  ['delimited', /"(?:[^"]|"")+"/uy],
  ['symbol', /<>|<=|>=|!=|[-=<>+*/%(),.;]/uy],
];

const space = /\s*/uy;

/**
 * The tokens of an expression; the last is the end.
 * @throws SqlSyntaxError
 */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  for (let at = skip(expression, 0); at < expression.length; ) {
    const [token, end] = tokenAt(expression, at);
    tokens.push(token);
    at = skip(expression, end);
  }
  tokens.push({ kind: 'end', text: '', position: expression.length + 1 });
  return tokens;
}

function skip(expression: string, at: number): number {
  space.lastIndex = at;
  space.exec(expression);
  return space.lastIndex;
}

function tokenAt(expression: string, at: number): readonly [Token, number] {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(expression);
    if (match !== null) return [{ kind, text: unquote(kind, match[0]), position: at + 1 }, pattern.lastIndex];
  }
  throw new SqlSyntaxError(at + 1, reasonAt(expression, at));
}

function unquote(kind: TokenKind, text: string): string {
  if (kind !== 'text' && kind !== 'delimited') return text;
  const close = text.at(-1) ?? '';
  return text.slice(1, -1).replaceAll(close + close, close);
}

function reasonAt(expression: string, at: number): string {
  const found = String.fromCodePoint(expression.codePointAt(at) ?? 0);
  if (found === "'") return "the text that begins here has no closing '";
  if (found === '[' || found === '"') return `the name that begins here is empty or has no closing ${closing[found]}`;
  if (/[\d.]/.test(found)) return 'expected a number, such as 5, 0x1F, 2.5 or 1E3';
  return `'${found}' has no meaning here`;
}

const closing = { '[': ']', '"': '"' } as const;
