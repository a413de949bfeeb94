import type { Configuration } from '../../config/configuration.js';
import type { TextRedaction } from '../ports/redaction.js';

const MASK = '[redacted]';
/** In place of digits, which may stand in a number: the record must remain JSON. */
const DIGIT_MASK = '9';

/** A shorter one, such as a word, would be struck out of everything that is told. */
const SHORTEST_SECRET = 6;

/** Names of variables whose values are given to sandboxes and to nobody else. */
const SECRET_NAME = /token|key|secret|passw|credential/i;

/** What gives a secret away whose value is not known: its field's name, or its form. */
const BY_FIELD =
  /("(?:authorization|cookie|set-cookie|x-api-token|api_?token|signing_?key|password|secret)":)"(?:[^"\\]|\\.)*"/gi;
/** A line break in a text is, in its JSON, an `n` right before the word. */
const BY_FORM = /(?:\b|(?<=\\[nrt]))(Bearer|Basic) +[\w.~+/=-]{6,}/gi;
const IN_URL = /(:\/\/[^\s"/@:]*:)[^\s"/@]+@/g;

/** Strikes secrets out of a record's JSON. */
export type Redaction = (json: string) => string;

/**
 * The last thing before a record leaves: no field should hold a secret, but an error of a library or the output of a
 * container may.
 */
export function redactionOf(secrets: readonly string[]): Redaction {
  const known = secrets
    .filter(({ length }) => length >= SHORTEST_SECRET)
    // As JSON has them; the longer first, since one may be a part of another.
    .map((secret) => JSON.stringify(secret).slice(1, -1))
    .sort((one, other) => other.length - one.length);
  return (json) => {
    const masked = known.reduce((text, secret) => text.replaceAll(secret, maskOf(secret)), json);
    return masked
      .replace(BY_FIELD, `$1"${MASK}"`)
      .replace(BY_FORM, `$1 ${MASK}`)
      .replace(IN_URL, `$1${MASK}@`);
  };
}

/** The same for a text by itself. */
export const textRedactionOf =
  (redact: Redaction): TextRedaction =>
  (text) =>
    JSON.parse(redact(JSON.stringify(text))) as string;

const maskOf = (secret: string): string => (/^\d+$/.test(secret) ? DIGIT_MASK.repeat(secret.length) : MASK);

/** Every secret that the service knows. */
export function secretsOf({ security, storage, sandbox }: Configuration): string[] {
  const ofSandboxes = Object.entries(sandbox.env)
    .filter(([name]) => SECRET_NAME.test(name))
    .map(([, value]) => value);
  return [security.apiToken ?? '', security.signingKey, passwordOf(storage.databaseUrl), ...ofSandboxes];
}

function passwordOf(databaseUrl: string): string {
  const encoded = /^[^:]+:\/\/[^/@]*?:([^/@]*)@/.exec(databaseUrl)?.[1] ?? '';
  try {
    return decodeURIComponent(encoded);
  } catch {
    // No percent-encoding after all; the driver takes it as it is.
    return encoded;
  }
}
