import { MAX_AROUND_BYTES } from './multipart-reader.js';

export interface FormFacts {
  /** Of the whole body; null when the client does not say. */
  readonly bodyBytes: number | null;
  /** Where the file's content begins. */
  readonly contentOffset: number;
  readonly boundary: string;
}

/**
 * How many bytes the one file of a form has at least, before it has come; null: not known. Behind it comes the closing
 * delimiter, and then whatever the client likes, up to a bound. So a form is refused for its length only when its file
 * cannot fit, and what is not reserved by this is reserved as it comes.
 */
export function declaredFileBytes({ bodyBytes, contentOffset, boundary }: FormFacts): number | null {
  if (bodyBytes === null) return null;
  return Math.max(0, bodyBytes - contentOffset - `\r\n--${boundary}--`.length - MAX_AROUND_BYTES);
}
