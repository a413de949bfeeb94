export const REDACTION = Symbol('TextRedaction');

/**
 * Strikes the secrets that the service knows, and what has the form of one, out of a text that leaves the process by
 * another way than the log. A text must be whole: of a secret that was cut, nothing is known any more.
 */
export type TextRedaction = (text: string) => string;
