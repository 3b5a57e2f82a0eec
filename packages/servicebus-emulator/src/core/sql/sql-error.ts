/** An expression that cannot be understood. */
export class SqlSyntaxError extends Error {
  override readonly name = 'SqlSyntaxError';
  /** Where, counted from 1. */
  readonly position: number;

  constructor(position: number, text: string) {
    super(`at character ${position}: ${text}`);
    this.position = position;
  }
}

/** A message that an expression cannot be evaluated for, such as a division by zero. */
export class SqlEvaluationError extends Error {
  override readonly name = 'SqlEvaluationError';
}
