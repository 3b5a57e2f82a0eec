import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import type { Static, TSchema } from 'typebox';
import { wordFaults } from './schema/fault-words.ts';
import { isInstant } from './schema/instant.ts';

/** One wrong part of a value. */
export interface SchemaFault {
  /** JSON Pointer (RFC 6901); empty for the value itself. */
  readonly pointer: string;
  /** In words, as in `an integer from 1 to 12`. */
  readonly expected: string;
}

/** Every wrong part of a value, or undefined when it is what the schema describes. */
export type SchemaCheck = (value: unknown) => readonly SchemaFault[] | undefined;

const ajv = configured(false);
const ajvWithDefaults = configured(true);

/**
 * Compiles a schema once, for many values. Nothing is coerced or removed; unknown formats and keywords throw here.
 * @param options.fillDefaults writes the schema's defaults into the checked value.
 */
export function compileCheck(schema: TSchema, { fillDefaults = false } = {}): SchemaCheck {
  const validate = (fillDefaults ? ajvWithDefaults : ajv).compile(schema);
  return (value) => (validate(value) ? undefined : wordFaults((validate.errors ?? []) as ErrorObject[]));
}

/** Compiles at the first use: a process pays only for the schemas that it meets. */
export function lazyCheck<S extends TSchema>(schema: S): (value: unknown) => SchemaOutcome<Static<S>> {
  let check: SchemaCheck | undefined;
  return (value) => {
    check ??= compileCheck(schema);
    const faults = check(value);
    return faults === undefined ? { ok: true, value: value as Static<S> } : { ok: false, faults };
  };
}

export type SchemaOutcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly SchemaFault[] };

function configured(useDefaults: boolean): Ajv {
  // `verbose` hands the failing schema to the words; bodies are bounded, so all errors may be collected.
  const instance = new Ajv({ allErrors: true, verbose: true, useDefaults, strictTypes: false, strictTuples: false });
  addFormats.default(instance, ['email', 'uri']);
  instance.addFormat('date-time', { type: 'string', validate: isInstant });
  return instance;
}
