import type { SystemProperties } from '../../codec/properties.ts';
import { Guid } from '../../codec/typed-value.ts';
import { isLike } from './like.ts';
import { calculate, compare, sign } from './operators.ts';
import type { LookupNode, PropertyNode, SqlNode } from './syntax.ts';
import { isKnown, type Maybe } from './value.ts';

/** What an expression sees of the world; undefined is a property that is not there. */
export interface SqlScope {
  readSystem(name: keyof SystemProperties): Maybe;
  /** Letter case does not count. */
  readUser(name: string): Maybe;
  /** 16 fresh random bytes. */
  newGuid(): Buffer;
}

/**
 * @returns undefined when unknown
 * @throws SqlEvaluationError
 */
export function evaluate(part: SqlNode, scope: SqlScope): Maybe {
  switch (part.node) {
    case 'constant':
      return part.value;
    case 'property':
    case 'lookup':
      return read(part, scope);
    case 'newid':
      return new Guid(scope.newGuid());
    case 'sign':
      return sign(part.negative, evaluate(part.operand, scope));
    case 'arithmetic':
      return calculate(part.operator, evaluate(part.left, scope), evaluate(part.right, scope));
    default:
      return holds(part, scope);
  }
}

/** Three-valued: undefined is unknown; what is neither true nor false is unknown too. */
export function holds(part: SqlNode, scope: SqlScope): boolean | undefined {
  switch (part.node) {
    case 'and':
      return all(part.left, part.right, scope, false);
    case 'or':
      return all(part.left, part.right, scope, true);
    case 'not':
      return not(holds(part.operand, scope));
    case 'comparison':
      return compare(part.operator, evaluate(part.left, scope), evaluate(part.right, scope));
    case 'in':
      return isIn(evaluate(part.left, scope), part.items, scope);
    case 'like':
      return like(part, scope);
    case 'is-null':
      return !isKnown(read(part.operand, scope));
    case 'exists':
      return read(part.operand, scope) !== undefined;
    default: {
      const value = evaluate(part, scope);
      return typeof value === 'boolean' ? value : undefined;
    }
  }
}

function read(part: PropertyNode | LookupNode, scope: SqlScope): Maybe {
  if (part.node === 'lookup') {
    const name = evaluate(part.name, scope);
    return typeof name === 'string' ? scope.readUser(name) : undefined;
  }
  return part.scope === 'sys' ? scope.readSystem(part.name) : scope.readUser(part.name);
}

/** AND and OR are each other's mirror: `decisive` alone decides, and unknown beats the other. */
function all(left: SqlNode, right: SqlNode, scope: SqlScope, decisive: boolean): boolean | undefined {
  const first = holds(left, scope);
  if (first === decisive) return decisive;
  const second = holds(right, scope);
  if (second === decisive) return decisive;
  return first === undefined || second === undefined ? undefined : !decisive;
}

function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** Only an unknown left side makes it unknown; an unknown item is just not equal. */
function isIn(left: Maybe, items: readonly SqlNode[], scope: SqlScope): boolean | undefined {
  if (!isKnown(left)) return undefined;
  return items.some((item) => compare('=', left, evaluate(item, scope)) === true);
}

function like(part: SqlNode & { node: 'like' }, scope: SqlScope): boolean | undefined {
  const [text, pattern] = [evaluate(part.left, scope), evaluate(part.pattern, scope)];
  const escapeCharacter = part.escapeCharacter === undefined ? undefined : evaluate(part.escapeCharacter, scope);
  if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
  if (part.escapeCharacter === undefined) return isLike(text, pattern, undefined);
  return typeof escapeCharacter === 'string' ? isLike(text, pattern, escapeCharacter) : undefined;
}
