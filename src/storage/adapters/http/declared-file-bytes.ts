export interface FormFacts {
  /** Of the whole body; null when the client does not say. */
  readonly bodyBytes: number | null;
  /** Where the file's content begins. */
  readonly contentOffset: number;
  readonly boundary: string;
}

/**
 * How long the one file of a form is, before it has come: the closing delimiter and a line break are all that follows it. A
 * hint, for it is off by what a client puts there besides, or by the line break that it leaves out.
 */
export function declaredFileBytes({ bodyBytes, contentOffset, boundary }: FormFacts): number | null {
  if (bodyBytes === null) return null;
  return Math.max(0, bodyBytes - contentOffset - `\r\n--${boundary}--\r\n`.length);
}
