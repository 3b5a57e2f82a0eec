import type { SystemProperties } from '../codec/properties.ts';
import type { Literal } from './literal.ts';

/** An SQL expression with the values of its parameters, by name with their `@`. */
export interface SqlDefinition {
  readonly expression: string;
  readonly parameters: Readonly<Record<string, Literal>>;
}

export interface CorrelationDefinition {
  readonly system: Readonly<Partial<Record<keyof SystemProperties, string>>>;
  readonly application: Readonly<Record<string, Literal>>;
}

/** What a rule lets through. */
export type FilterDefinition =
  | { readonly kind: 'true' | 'false' }
  | ({ readonly kind: 'sql' } & SqlDefinition)
  | ({ readonly kind: 'correlation' } & CorrelationDefinition);

/** A rule of a subscription. With an action each match makes a copy of its own. */
export interface RuleDefinition {
  readonly name: string;
  readonly filter: FilterDefinition;
  readonly action?: SqlDefinition;
}

/** The rule of a subscription that was made without any. */
export const defaultRule: RuleDefinition = { name: '$Default', filter: { kind: 'true' } };
