export const LOGGER = Symbol('Logger');

/** Names of what happened, stable for those who search the log; ids and counts go into the fields. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes one record a call. Within a request the record bears its `request_id`. Tokens, keys and file contents never go
 * into a field. A field `err` holding an Error is written with its type, message and stack.
 */
export interface Logger {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;

  /** Runs the work such that every record made within it, at any depth, bears these fields too. */
  inContext<T>(fields: LogFields, work: () => T): T;
}
