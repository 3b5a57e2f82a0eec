import type { Cursor } from './cursor.ts';
import { SqlSyntaxError } from './sql-error.ts';
import type { PropertyNode } from './syntax.ts';
import { systemNameOf, systemNames } from './system-names.ts';

const keywords: ReadonlySet<string> = new Set([
  'AND',
  'OR',
  'NOT',
  'IN',
  'LIKE',
  'ESCAPE',
  'IS',
  'NULL',
  'EXISTS',
  'TRUE',
  'FALSE',
  'SET',
  'REMOVE',
]);

/**
 * `name`, `user.name` or `sys.name`.
 * @param expected what the message asks for when nothing of that stands here
 * @throws SqlSyntaxError
 */
export function parseProperty(cursor: Cursor, expected = 'a property'): PropertyNode {
  const scope = parseScope(cursor);
  const { position } = cursor.token;
  const name = parseName(cursor, scope === undefined ? expected : 'the name of a property');
  if (scope !== 'sys') return { node: 'property', scope: 'user', name };
  const known = systemNameOf(name);
  if (known !== undefined) return { node: 'property', scope, name: known };
  const text = `there is no system property '${name}'; known are ${systemNames.join(', ')}`;
  throw new SqlSyntaxError(position, text);
}

function parseScope(cursor: Cursor): 'sys' | 'user' | undefined {
  if (!cursor.isFollowedBy('.')) return undefined;
  const scope = (['sys', 'user'] as const).find((name) => cursor.isKeyword(name.toUpperCase()));
  if (scope === undefined) throw cursor.missing('the scope sys or user');
  cursor.next();
  cursor.next();
  return scope;
}

function parseName(cursor: Cursor, expected: string): string {
  const delimited = cursor.takeKind('delimited');
  if (delimited !== undefined) return delimited;
  const { kind, text } = cursor.token;
  if (kind !== 'name' || keywords.has(text.toUpperCase())) throw cursor.missing(expected);
  return cursor.next().text;
}
