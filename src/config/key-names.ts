import type { SectionName } from './configuration.js';

/** Keys whose variable is not `APP_<SECTION>_<KEY>`. */
const VARIABLES: Record<string, string | null> = {
  'app.name': 'APP_NAME',
  'app.env': 'APP_ENV',
  'app.instance': 'APP_INSTANCE',
  'security.token_header': 'APP_API_TOKEN_HEADER',
  'sandbox.env': null,
};

/** Keys that stand in a mapping of their own within their section, by the names that they would else have. */
const NESTED: Readonly<Record<string, string>> = { 'sandbox.network_pool_size': 'network_pool.size' };

/** Properties that are no keys: secrets, which come from the environment alone. */
const SECRETS = new Set(['security.api_token', 'security.signing_key']);

export const toSnakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One key of the configuration: its property, its name in the file, and the variable that overrides it. */
export interface Key {
  readonly property: string;
  readonly name: string;
  readonly variable: string | null;
}

export function keysOf(section: SectionName, defaults: object): Key[] {
  return Object.keys(defaults)
    .map((property) => ({ property, name: toSnakeCase(property) }))
    .filter(({ name }) => !SECRETS.has(`${section}.${name}`))
    .map(({ property, name }) => {
      const special = VARIABLES[`${section}.${name}`];
      return {
        property,
        name: NESTED[`${section}.${name}`] ?? name,
        variable: special === undefined ? `APP_${section}_${name}`.toUpperCase() : special,
      };
    });
}

/** The key as a fault names it. */
export const keyLabel = (section: SectionName, { name, variable }: Key): string =>
  variable === null ? `${section}.${name}` : `${section}.${name} (${variable})`;
