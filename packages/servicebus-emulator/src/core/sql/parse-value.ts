import type { Cursor } from './cursor.ts';
import { parseProperty } from './parse-property.ts';
import { SqlSyntaxError } from './sql-error.ts';
import { type Arithmetic, isCondition, type LookupNode, type SqlNode } from './syntax.ts';
import type { SqlValue } from './value.ts';

/** Values of `@name`, by name in lower case with its `@`. */
export type Parameters = ReadonlyMap<string, SqlValue>;

export interface ParserContext {
  readonly cursor: Cursor;
  readonly parameters: Parameters;
  /** What may stand between parentheses: an expression, in a filter also a predicate. */
  readonly parseInner: (context: ParserContext) => SqlNode;
}

const int64Max = 2n ** 63n - 1n;

/** Sums of products of signed parts. */
export function parseSum(context: ParserContext): SqlNode {
  return parseChain(context, ['+', '-'], parseProduct);
}

/** @throws SqlSyntaxError when the part is a condition, where only a value makes sense */
export function asValue(part: SqlNode, position: number): SqlNode {
  if (isCondition(part)) throw new SqlSyntaxError(position, 'expected a value, got a condition');
  return part;
}

/** `property(…)` or `p(…)`, when it stands here. */
export function tryParseLookup(context: ParserContext): LookupNode | undefined {
  const { cursor } = context;
  const named = cursor.isKeyword('PROPERTY') || cursor.isKeyword('P');
  if (!named || !cursor.isFollowedBy('(')) return undefined;
  cursor.next();
  cursor.expectSymbol('(');
  const { position } = cursor.token;
  const name = asValue(
    cursor.nested(() => parseSum(context)),
    position,
  );
  cursor.expectSymbol(')');
  return { node: 'lookup', name };
}

function parseProduct(context: ParserContext): SqlNode {
  return parseChain(context, ['*', '/', '%'], parseSigned);
}

function parseChain(
  context: ParserContext,
  operators: readonly Arithmetic[],
  parsePart: (context: ParserContext) => SqlNode,
): SqlNode {
  const { cursor } = context;
  const { position } = cursor.token;
  let left = parsePart(context);
  for (;;) {
    const operator = operators.find((symbol) => cursor.isSymbol(symbol));
    if (operator === undefined) return left;
    cursor.next();
    const rightAt = cursor.token.position;
    const right = asValue(parsePart(context), rightAt);
    left = { node: 'arithmetic', operator, left: asValue(left, position), right };
  }
}

function parseSigned(context: ParserContext): SqlNode {
  const { cursor } = context;
  const negative = cursor.isSymbol('-');
  if (!negative && !cursor.isSymbol('+')) return parsePrimary(context);
  cursor.next();
  const { position } = cursor.token;
  const operand = asValue(
    cursor.nested(() => parseSigned(context)),
    position,
  );
  return { node: 'sign', negative, operand };
}

function parsePrimary(context: ParserContext): SqlNode {
  const { cursor, parseInner } = context;
  if (cursor.skipSymbol('(')) {
    const inner = cursor.nested(() => parseInner(context));
    cursor.expectSymbol(')');
    return inner;
  }
  return parseConstant(context) ?? parseFunction(context) ?? parseProperty(cursor, 'a value, a property or (');
}

function parseConstant({ cursor, parameters }: ParserContext): SqlNode | undefined {
  const { text, position } = cursor.token;
  const value = constantOf(cursor, parameters, position);
  if (value === undefined) return undefined;
  if (typeof value === 'bigint' && value > int64Max)
    throw new SqlSyntaxError(position, `${text} does not fit into 64 bits`);
  return { node: 'constant', value };
}

function constantOf(cursor: Cursor, parameters: Parameters, position: number): SqlValue | undefined {
  if (cursor.skipKeyword('NULL')) return null;
  if (cursor.skipKeyword('TRUE')) return true;
  if (cursor.skipKeyword('FALSE')) return false;
  const { kind, text } = cursor.token;
  switch (kind) {
    case 'text':
      return cursor.next().text;
    case 'integer':
      return BigInt(cursor.next().text);
    case 'decimal':
      return Number(cursor.next().text);
    case 'parameter': {
      const value = parameters.get(cursor.next().text.toLowerCase());
      if (value === undefined) throw new SqlSyntaxError(position, `the parameter ${text} has no value`);
      return value;
    }
    default:
      return undefined;
  }
}

function parseFunction(context: ParserContext): SqlNode | undefined {
  const { cursor } = context;
  if (cursor.token.kind !== 'name' || !cursor.isFollowedBy('(')) return undefined;
  const lookup = tryParseLookup(context);
  if (lookup !== undefined) return lookup;
  if (!cursor.isKeyword('NEWID')) return undefined;
  cursor.next();
  cursor.expectSymbol('(');
  cursor.expectSymbol(')');
  return { node: 'newid' };
}
