import type { PropertyChanges, SystemProperties } from '../../codec/properties.ts';
import type { TypedValue } from '../../codec/typed-value.ts';
import type { Filterable } from '../filter.ts';
import { convertLike } from './convert.ts';
import { evaluate, type SqlScope } from './evaluate.ts';
import type { PropertyNode, Statement } from './syntax.ts';
import { isKnown, type Maybe, toText } from './value.ts';

/**
 * What the statements change in a message, in their order: each sees what those before it have done.
 * @throws SqlEvaluationError
 */
export function act(statements: readonly Statement[], message: Filterable, newGuid: () => Buffer): PropertyChanges {
  const draft = new Draft(message, newGuid);
  for (const statement of statements) {
    if (statement.kind === 'remove') draft.write(statement.property, undefined);
    else draft.write(statement.property, evaluate(statement.value, draft) ?? null);
  }
  return draft;
}

/** A message with changes on top. */
class Draft implements SqlScope, PropertyChanges {
  readonly system = new Map<keyof SystemProperties, string | undefined>();
  readonly application = new Map<string, TypedValue | undefined>();
  readonly newGuid: () => Buffer;
  readonly #message: Filterable;
  /** Names as the message spells them, by their lower case. */
  readonly #spellings: Map<string, string>;

  constructor(message: Filterable, newGuid: () => Buffer) {
    this.#message = message;
    this.newGuid = newGuid;
    this.#spellings = new Map([...message.application.keys()].map((name) => [name.toLowerCase(), name]));
  }

  readSystem(name: keyof SystemProperties): Maybe {
    return this.system.has(name) ? this.system.get(name) : this.#message.system(name);
  }

  readUser(name: string): Maybe {
    const spelling = this.#spell(name);
    return this.application.has(spelling) ? this.application.get(spelling) : this.#message.user(name);
  }

  write(property: PropertyNode, value: Maybe): void {
    if (property.scope === 'sys') this.system.set(property.name, isKnown(value) ? toText(value) : undefined);
    else this.application.set(this.#spell(property.name), convertLike(this.readUser(property.name), value));
  }

  #spell(name: string): string {
    const key = name.toLowerCase();
    const spelling = this.#spellings.get(key) ?? name;
    this.#spellings.set(key, spelling);
    return spelling;
  }
}
