import { parseProperty } from './parse-property.ts';
import { asValue, type ParserContext, parseSum, tryParseLookup } from './parse-value.ts';
import { SqlSyntaxError } from './sql-error.ts';
import { type Comparison, isNeverTrue, type LookupNode, type PropertyNode, type SqlNode } from './syntax.ts';

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** OR binds loosest, then AND, NOT, comparisons, sums, products, signs. */
export function parsePredicate(context: ParserContext): SqlNode {
  return parseLogic(context, 'or', () => parseLogic(context, 'and', () => parseNot(context)));
}

/** @throws SqlSyntaxError when the part can be neither true nor false */
export function asCondition(part: SqlNode, position: number): SqlNode {
  if (isNeverTrue(part)) throw new SqlSyntaxError(position, 'expected a condition, got a value');
  return part;
}

function parseLogic({ cursor }: ParserContext, node: 'and' | 'or', parsePart: () => SqlNode): SqlNode {
  const { position } = cursor.token;
  let left = parsePart();
  while (cursor.skipKeyword(node.toUpperCase())) {
    const rightAt = cursor.token.position;
    const right = asCondition(parsePart(), rightAt);
    left = { node, left: asCondition(left, position), right };
  }
  return left;
}

function parseNot(context: ParserContext): SqlNode {
  const { cursor } = context;
  if (!cursor.skipKeyword('NOT')) return parseComparison(context);
  const { position } = cursor.token;
  const operand = asCondition(
    cursor.nested(() => parseNot(context)),
    position,
  );
  return { node: 'not', operand };
}

function parseComparison(context: ParserContext): SqlNode {
  const { cursor } = context;
  if (cursor.isKeyword('EXISTS')) return parseExists(context);
  const { position } = cursor.token;
  const left = parseSum(context);
  const { kind, text } = cursor.token;
  const operator = kind === 'symbol' ? comparisons[text] : undefined;
  if (operator !== undefined) {
    cursor.next();
    return { node: 'comparison', operator, left: asValue(left, position), right: parseOperand(context) };
  }
  if (cursor.skipKeyword('IS')) return parseIsNull(context, left, position);
  return parseInOrLike(context, left, position);
}

function parseOperand(context: ParserContext): SqlNode {
  const { position } = context.cursor.token;
  return asValue(parseSum(context), position);
}

function parseExists(context: ParserContext): SqlNode {
  const { cursor } = context;
  cursor.expectKeyword('EXISTS');
  cursor.expectSymbol('(');
  const operand = tryParseLookup(context) ?? parseProperty(cursor);
  cursor.expectSymbol(')');
  return { node: 'exists', operand };
}

function parseIsNull({ cursor }: ParserContext, left: SqlNode, position: number): SqlNode {
  const negated = cursor.skipKeyword('NOT');
  cursor.expectKeyword('NULL');
  if (!isProperty(left)) throw new SqlSyntaxError(position, 'only a property can be tested for NULL');
  return negate({ node: 'is-null', operand: left }, negated);
}

function parseInOrLike(context: ParserContext, left: SqlNode, position: number): SqlNode {
  const { cursor } = context;
  const negated = cursor.skipKeyword('NOT');
  if (cursor.skipKeyword('IN'))
    return negate({ node: 'in', left: asValue(left, position), items: parseItems(context) }, negated);
  if (cursor.skipKeyword('LIKE')) return negate(parseLike(context, asValue(left, position)), negated);
  if (negated) throw cursor.missing('IN or LIKE');
  return left;
}

function parseItems(context: ParserContext): SqlNode[] {
  const { cursor } = context;
  cursor.expectSymbol('(');
  const items = [parseOperand(context)];
  while (cursor.skipSymbol(',')) items.push(parseOperand(context));
  cursor.expectSymbol(')');
  return items;
}

function parseLike(context: ParserContext, left: SqlNode): SqlNode {
  const pattern = parseOperand(context);
  const escapeCharacter = context.cursor.skipKeyword('ESCAPE') ? parseOperand(context) : undefined;
  return { node: 'like', left, pattern, escapeCharacter };
}

function negate(part: SqlNode, negated: boolean): SqlNode {
  return negated ? { node: 'not', operand: part } : part;
}

function isProperty(part: SqlNode): part is PropertyNode | LookupNode {
  return part.node === 'property' || part.node === 'lookup';
}
