/** What one setting may hold; immutable, so that declarations can be shared and checked by tools. */
export class Setting<T> {
  /** In words, as in `expected an integer from 1 to 9`. */
  readonly expected: string;
  /** Gives undefined for a text that is none of it. */
  readonly parse: (text: string) => NonNullable<T> | undefined;
  readonly isSecret: boolean;
  readonly isRequired: boolean;
  readonly fallback: T | undefined;

  constructor(of: {
    readonly expected: string;
    readonly parse: (text: string) => NonNullable<T> | undefined;
    readonly isSecret?: boolean;
    readonly isRequired?: boolean;
    readonly fallback?: T | undefined;
  }) {
    this.expected = of.expected;
    this.parse = of.parse;
    this.isSecret = of.isSecret ?? false;
    this.isRequired = of.isRequired ?? true;
    this.fallback = of.fallback;
  }

  /** Has this value when the variable is not set. */
  or(fallback: NonNullable<T>): Setting<NonNullable<T>> {
    return new Setting<NonNullable<T>>({ ...this, isRequired: false, fallback });
  }

  /** Undefined when the variable is not set. */
  optional(): Setting<NonNullable<T> | undefined> {
    return new Setting<NonNullable<T> | undefined>({ ...this, isRequired: false, fallback: undefined });
  }
}
