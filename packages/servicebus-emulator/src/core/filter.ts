import type { AmqpScalar } from '../codec/amqp-reader.ts';
import {
  type ApplicationProperties,
  readApplicationProperties,
  readSystemProperties,
  type SystemProperties,
} from '../codec/properties.ts';

/** Decides whether a subscription gets a message. */
export interface Filter {
  matches(message: Filterable): boolean;
}

/** A message as filters see it; decoded once, and only if a filter asks. */
export interface Filterable {
  readonly system: SystemProperties;
  readonly application: ApplicationProperties;
}

export interface CorrelationFilterDefinition {
  readonly system: Readonly<Partial<Record<keyof SystemProperties, string>>>;
  readonly application: Readonly<Record<string, string | number | boolean>>;
}

export const trueFilter: Filter = { matches: () => true };

/** Every property that it names must be equal; strings compare exactly. */
export function correlationFilter(definition: CorrelationFilterDefinition): Filter {
  const system = Object.entries(definition.system) as [keyof SystemProperties, string][];
  const application = Object.entries(definition.application);
  return {
    matches: (message) =>
      system.every(([name, expected]) => equal(message.system[name], expected)) &&
      application.every(([name, expected]) => equal(message.application.get(name), expected)),
  };
}

export function filterable(bare: Buffer): Filterable {
  let system: SystemProperties | undefined;
  let application: ApplicationProperties | undefined;
  return {
    get system() {
      system ??= readSystemProperties(bare);
      return system;
    },
    get application() {
      application ??= readApplicationProperties(bare);
      return application;
    },
  };
}

function equal(actual: AmqpScalar | undefined, expected: string | number | boolean): boolean {
  return typeof actual === 'bigint' ? Number(actual) === expected : actual === expected;
}
