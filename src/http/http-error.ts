/** A request that breaks a convention of every route; answered with its status and `{"detail": code}`. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(code);
  }
}

/** One fault of a request, as the caller reads it. */
export interface RequestFault {
  /** `body`, `path` or `query`, then the way to the value. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** A stable, snake_case word. */
  readonly type: string;
}

/** A request whose shape or values are wrong: 422 with all its faults. */
export class RequestInvalidError extends Error {
  constructor(readonly faults: readonly RequestFault[]) {
    super(faults.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '));
  }
}
