import { SqlSyntaxError } from './sql-error.ts';
import { type Token, type TokenKind, tokenize } from './tokenize.ts';

const lengthMax = 1_024;
const nestingMax = 50;

/** Walks the tokens of an expression and says what it missed where. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  /** @throws SqlSyntaxError */
  constructor(expression: string) {
    if (expression.length > lengthMax)
      throw new SqlSyntaxError(lengthMax + 1, `an expression has at most ${lengthMax} characters`);
    this.#tokens = tokenize(expression);
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  next(): Token {
    const { token } = this;
    this.#at++;
    return token;
  }

  /** Whether a symbol follows the current token. */
  isFollowedBy(symbol: string): boolean {
    const next = this.#tokens[this.#at + 1];
    return next?.kind === 'symbol' && next.text === symbol;
  }

  isSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  isKeyword(keyword: string): boolean {
    return this.token.kind === 'name' && this.token.text.toUpperCase() === keyword;
  }

  skipSymbol(symbol: string): boolean {
    const found = this.isSymbol(symbol);
    if (found) this.next();
    return found;
  }

  skipKeyword(keyword: string): boolean {
    const found = this.isKeyword(keyword);
    if (found) this.next();
    return found;
  }

  takeKind(kind: TokenKind): string | undefined {
    return this.token.kind === kind ? this.next().text : undefined;
  }

  expectSymbol(symbol: string): void {
    if (!this.skipSymbol(symbol)) throw this.missing(`'${symbol}'`);
  }

  expectKeyword(keyword: string): void {
    if (!this.skipKeyword(keyword)) throw this.missing(keyword);
  }

  missing(expected: string): SqlSyntaxError {
    const { kind, text, position } = this.token;
    return new SqlSyntaxError(position, `expected ${expected}, got ${kind === 'end' ? 'the end' : `'${text}'`}`);
  }

  /** Parses a part that may contain parts of its own kind. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= nestingMax) throw new SqlSyntaxError(this.token.position, 'nested too deeply');
    this.#depth++;
    const part = parse();
    this.#depth--;
    return part;
  }
}
