import { Cursor } from './cursor.ts';
import { asCondition, parsePredicate } from './parse-predicate.ts';
import { parseProperty } from './parse-property.ts';
import { asValue, type Parameters, type ParserContext, parseSum } from './parse-value.ts';
import type { SqlNode, Statement } from './syntax.ts';

/**
 * The condition of an SQL filter.
 * @throws SqlSyntaxError
 */
export function parseFilter(expression: string, parameters: Parameters): SqlNode {
  const cursor = new Cursor(expression);
  const { position } = cursor.token;
  const condition = parsePredicate({ cursor, parameters, parseInner: parsePredicate });
  if (cursor.token.kind !== 'end') throw cursor.missing('an operator or the end');
  return asCondition(condition, position);
}

/**
 * The statements of an SQL action, in their order.
 * @throws SqlSyntaxError
 */
export function parseAction(expression: string, parameters: Parameters): Statement[] {
  const cursor = new Cursor(expression);
  const context = { cursor, parameters, parseInner: parseSum };
  const statements = [parseStatement(context)];
  while (!atEnd(cursor)) statements.push(parseStatement(context));
  return statements;
}

/** Statements may be separated by a semicolon or a comma, and may end with one. */
function atEnd(cursor: Cursor): boolean {
  if (!cursor.skipSymbol(';')) cursor.skipSymbol(',');
  return cursor.token.kind === 'end';
}

function parseStatement(context: ParserContext): Statement {
  const { cursor } = context;
  if (cursor.skipKeyword('REMOVE')) return { kind: 'remove', property: parseProperty(cursor) };
  if (!cursor.skipKeyword('SET')) throw cursor.missing('SET or REMOVE');
  const property = parseProperty(cursor);
  cursor.expectSymbol('=');
  const { position } = cursor.token;
  return { kind: 'set', property, value: asValue(parseSum(context), position) };
}
