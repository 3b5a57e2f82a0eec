/** An answer whose form another specification sets, such as the errors of RFC 6749, or a static file. */
export class ForeignAnswer {
  /** Not `status`: a plain number by that name would widen the literal statuses of all other answers. */
  readonly statusCode: number;
  readonly mediaType: string;
  readonly body: string | Buffer;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(of: {
    readonly status: number;
    readonly mediaType: string;
    readonly body: string | Buffer;
    readonly headers?: Readonly<Record<string, string>>;
  }) {
    this.statusCode = of.status;
    this.mediaType = of.mediaType;
    this.body = of.body;
    this.headers = of.headers;
  }
}
