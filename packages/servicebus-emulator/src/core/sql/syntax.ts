import type { SystemProperties } from '../../codec/properties.ts';
import type { SqlValue } from './value.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

export type PropertyNode =
  | { readonly node: 'property'; readonly scope: 'sys'; readonly name: keyof SystemProperties }
  | { readonly node: 'property'; readonly scope: 'user'; readonly name: string };

/** `property(…)`: a property of the user scope whose name is computed. */
export interface LookupNode {
  readonly node: 'lookup';
  readonly name: SqlNode;
}

/** A parsed expression. */
export type SqlNode =
  | PropertyNode
  | LookupNode
  | { readonly node: 'constant'; readonly value: SqlValue }
  | { readonly node: 'newid' }
  | { readonly node: 'sign'; readonly negative: boolean; readonly operand: SqlNode }
  | { readonly node: 'arithmetic'; readonly operator: Arithmetic; readonly left: SqlNode; readonly right: SqlNode }
  | { readonly node: 'comparison'; readonly operator: Comparison; readonly left: SqlNode; readonly right: SqlNode }
  | { readonly node: 'and' | 'or'; readonly left: SqlNode; readonly right: SqlNode }
  | { readonly node: 'not'; readonly operand: SqlNode }
  | { readonly node: 'in'; readonly left: SqlNode; readonly items: readonly SqlNode[] }
  | {
      readonly node: 'like';
      readonly left: SqlNode;
      readonly pattern: SqlNode;
      readonly escapeCharacter: SqlNode | undefined;
    }
  | { readonly node: 'is-null' | 'exists'; readonly operand: PropertyNode | LookupNode };

/** What an action does to its copy of a message. */
export type Statement =
  | { readonly kind: 'set'; readonly property: PropertyNode; readonly value: SqlNode }
  | { readonly kind: 'remove'; readonly property: PropertyNode };

/** Parts that are true, false or unknown and nothing else. */
export function isCondition({ node }: SqlNode): boolean {
  return ['comparison', 'and', 'or', 'not', 'in', 'like', 'is-null', 'exists'].includes(node);
}

/** Parts that are never true or false. */
export function isNeverTrue(part: SqlNode): boolean {
  if (part.node === 'constant') return part.value !== null && typeof part.value !== 'boolean';
  return ['newid', 'sign', 'arithmetic'].includes(part.node);
}
