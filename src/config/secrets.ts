import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const NAMES = ['APP_API_TOKEN', 'APP_SIGNING_KEY'] as const;
type SecretName = (typeof NAMES)[number];

export const SECRET_VARIABLES: ReadonlySet<string> = new Set(NAMES.flatMap((name) => [name, `${name}_FILE`]));

/** Below this a secret can be guessed; the length is that of 96 random bits in base64. */
const SHORT_SECRET_CHARACTERS = 16;

interface Secrets {
  readonly values: { readonly apiToken: string | null; readonly signingKey: string };
  readonly faults: string[];
  readonly warnings: string[];
}

/** The secrets, each from its variable or from the file that `<NAME>_FILE` names (a final newline is not part of it). */
export function readSecrets(environment: NodeJS.ProcessEnv): Secrets {
  const faults: string[] = [];
  const warnings: string[] = [];

  const read = (name: SecretName): string | null => {
    // Compose files often pass an empty variable on.
    const secret = environment[name] || readSecretFile(name, environment[`${name}_FILE`], faults);
    if (secret === undefined || secret === '') return null;
    if (secret.length < SHORT_SECRET_CHARACTERS) {
      warnings.push(`${name} is short: use at least ${SHORT_SECRET_CHARACTERS} characters`);
    }
    return secret;
  };

  const apiToken = read('APP_API_TOKEN');
  const signingKey = read('APP_SIGNING_KEY');
  return { values: { apiToken, signingKey: signingKey ?? '' }, faults, warnings };
}

function readSecretFile(name: SecretName, path: string | undefined, faults: string[]): string | undefined {
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    faults.push(
      `${name}_FILE: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
    return undefined;
  }
}

/** A key that lives as long as the process. */
export const makeSigningKey = (): string => randomBytes(32).toString('base64url');
