import {
  readApplicationProperties,
  readSystemProperties,
  type SystemProperties,
  type TypedProperties,
} from '../codec/properties.ts';
import { fromLiteral, type Literal } from './literal.ts';
import type { CorrelationDefinition } from './rule-definition.ts';
import { compare } from './sql/operators.ts';
import { type Maybe, toText } from './sql/value.ts';

/** Decides whether a rule matches a message. */
export interface Filter {
  /** @throws SqlEvaluationError when the message makes that impossible */
  matches(message: Filterable): boolean;
}

/** A message as filters see it; decoded once, and only if a filter asks. */
export interface Filterable {
  /** As text, whatever its AMQP type. */
  system(name: keyof SystemProperties): string | undefined;
  readonly application: TypedProperties;
  /** An application property, letter case apart. */
  user(name: string): Maybe;
}

/** Every property that it names must be equal; strings compare exactly. */
export function correlationFilter(definition: CorrelationDefinition): Filter {
  const system = Object.entries(definition.system) as [keyof SystemProperties, string][];
  const application = Object.entries(definition.application).map(
    ([name, literal]: [string, Literal]) => [name, fromLiteral(literal)] as const,
  );
  return {
    matches: (message) =>
      system.every(([name, expected]) => message.system(name) === expected) &&
      application.every(([name, expected]) => compare('=', message.application.get(name), expected) === true),
  };
}

export function filterable(bare: Buffer): Filterable {
  let system: SystemProperties | undefined;
  let application: TypedProperties | undefined;
  let folded: TypedProperties | undefined;
  const readApplication = () => {
    application ??= readApplicationProperties(bare);
    return application;
  };
  return {
    system(name) {
      system ??= readSystemProperties(bare);
      const value = system[name];
      return value === undefined || value === null ? undefined : toText(value);
    },
    get application() {
      return readApplication();
    },
    user(name) {
      folded ??= new Map([...readApplication()].map(([key, value]) => [key.toLowerCase(), value]));
      return folded.get(name.toLowerCase());
    },
  };
}
