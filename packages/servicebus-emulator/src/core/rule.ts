import { withProperties } from '../codec/properties.ts';
import { BrokerError } from './broker-error.ts';
import { correlationFilter, type Filter, type Filterable } from './filter.ts';
import { fromLiteral } from './literal.ts';
import type { FilterDefinition, RuleDefinition, SqlDefinition } from './rule-definition.ts';
import { act } from './sql/act.ts';
import { holds } from './sql/evaluate.ts';
import { parseAction, parseFilter } from './sql/parse.ts';
import type { Parameters } from './sql/parse-value.ts';
import { SqlSyntaxError } from './sql/sql-error.ts';

/** A rule that can be asked. */
export interface Rule extends Filter {
  readonly definition: RuleDefinition;
  /**
   * The copy that the action makes; undefined for a rule without one.
   * @throws SqlEvaluationError
   */
  readonly apply: ((bare: Buffer, message: Filterable) => Buffer) | undefined;
}

/**
 * @param newGuid 16 fresh random bytes, for `newid()`
 * @throws BrokerError `argument-invalid` that says where an expression is wrong
 */
export function compileRule(definition: RuleDefinition, newGuid: () => Buffer): Rule {
  const { name, filter, action } = definition;
  const { matches } = compileFilter(name, filter, newGuid);
  return { definition, matches, apply: action && compileAction(name, action, newGuid) };
}

function compileFilter(ruleName: string, filter: FilterDefinition, newGuid: () => Buffer): Filter {
  switch (filter.kind) {
    case 'true':
      return { matches: () => true };
    case 'false':
      return { matches: () => false };
    case 'correlation':
      return correlationFilter(filter);
    case 'sql': {
      const condition = understand(`filter of the rule '${ruleName}'`, filter, parseFilter);
      return { matches: (message) => holds(condition, { ...scopeOf(message), newGuid }) === true };
    }
  }
}

function compileAction(ruleName: string, action: SqlDefinition, newGuid: () => Buffer): NonNullable<Rule['apply']> {
  const statements = understand(`action of the rule '${ruleName}'`, action, parseAction);
  return (bare, message) => {
    const { system, application } = act(statements, message, newGuid);
    return withProperties(bare, { system, application: new Map([...application, ['RuleName', ruleName]]) });
  };
}

function scopeOf(message: Filterable) {
  return { readSystem: message.system, readUser: message.user };
}

function understand<T>(
  what: string,
  { expression, parameters }: SqlDefinition,
  parse: (expression: string, parameters: Parameters) => T,
): T {
  try {
    return parse(expression, bind(what, parameters));
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
    throw new BrokerError('argument-invalid', `The ${what} cannot be understood: ${error.message}.`, { cause: error });
  }
}

function bind(what: string, parameters: SqlDefinition['parameters']): Parameters {
  return new Map(
    Object.entries(parameters).map(([name, literal]) => {
      const value = fromLiteral(literal);
      if (value !== undefined) return [name.toLowerCase(), value];
      throw new BrokerError('argument-invalid', `The parameter ${name} of the ${what} is no ${literal.type}.`);
    }),
  );
}
