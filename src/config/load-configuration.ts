import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { validateSync } from 'class-validator';
import { parse } from 'yaml';
import { Configuration, ConfigurationError, type SectionName } from './configuration.js';
import { applyRules } from './configuration-rules.js';
import { type Key, keyLabel, keysOf, toSnakeCase } from './key-names.js';
import { fromEnvironmentMapping, fromFile, fromVariable, ValueFault } from './key-values.js';
import { PROJECT_ROOT } from './project-root.js';
import { readSecrets, SECRET_VARIABLES } from './secrets.js';

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** What works but should be known; for the log. */
  readonly warnings: readonly string[];
}

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface LoadOptions {
  /**
   * False for a process that answers no client and makes no sandbox's environment: it gets neither the secrets nor
   * `sandbox.env`, and the rules of access do not bind it.
   */
  readonly isService: boolean;
}

/**
 * The configuration: defaults, then the file (`APP_CONFIG`, else `config/app.yaml`), then the environment.
 * @throws ConfigurationError naming every fault
 */
export function loadConfiguration(
  environment: NodeJS.ProcessEnv,
  { isService }: LoadOptions = { isService: true },
): LoadedConfiguration {
  const path = resolve(PROJECT_ROOT, environment.APP_CONFIG || 'config/app.yaml');
  const file = readTree(path);
  const configuration = new Configuration();
  const sections = Object.entries(configuration) as [SectionName, object][];
  const names = new Set<string>(sections.map(([name]) => name));
  const faults = Object.keys(file)
    .filter((name) => !names.has(name))
    .map((name) => `${name}: unknown section in ${path}`);

  for (const [name, section] of sections) {
    const given = isService ? file[name] : withoutEnvironment(name, file[name]);
    faults.push(...fillSection(name, section, given, environment), ...checkSection(name, section));
  }
  if (!isService)
    Object.assign(configuration.security, { requireToken: false, allowUnauthenticatedNetwork: true });
  const secrets = readSecrets(isService ? environment : {});
  Object.assign(configuration.security, secrets.values);
  const rules = applyRules(configuration);
  faults.push(...secrets.faults, ...rules.faults);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    configuration,
    warnings: [...unknownVariables(sections, environment), ...secrets.warnings, ...rules.warnings],
  };
}

function readTree(path: string): Tree {
  try {
    const tree: unknown = parse(readFileSync(path, 'utf8')) ?? {};
    if (isTree(tree)) return tree;
    throw new Error('it is not a mapping of sections');
  } catch (error) {
    throw new ConfigurationError([
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}

/** Without `sandbox.env`, whose variables only the service has. */
function withoutEnvironment(name: SectionName, given: unknown): unknown {
  return name === 'sandbox' && isTree(given) ? { ...given, env: null } : given;
}

function fillSection(
  name: SectionName,
  section: object,
  given: unknown,
  environment: NodeJS.ProcessEnv,
): string[] {
  if (given !== undefined && given !== null && !isTree(given)) return [`${name}: must be a mapping of keys`];
  const keys = keysOf(name, section);
  const values = isTree(given) ? flattened(given, keys) : {};
  const known = new Set(keys.map((key) => key.name));
  const faults = Object.keys(values)
    .filter((key) => !known.has(key))
    .map((key) => `${name}.${key}: unknown key`);

  for (const key of keys) {
    const standard = (section as Tree)[key.property];
    try {
      (section as Tree)[key.property] = valueOf(key, standard, values[key.name], environment);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      faults.push(`${keyLabel(name, key)}: ${error.message}`);
    }
  }
  return faults;
}

/** With the mappings in which keys stand taken apart: `{ network_pool: { size: 1 } }` to `{ 'network_pool.size': 1 }`. */
function flattened(given: Tree, keys: readonly Key[]): Tree {
  const mappings = new Set(keys.flatMap(({ name }) => name.split('.').slice(0, -1)));
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      mappings.has(name) && (isTree(value) || value === null)
        ? Object.entries(value ?? {}).map(([key, inner]) => [`${name}.${key}`, inner])
        : [[name, value]],
    ),
  );
}

function valueOf(key: Key, standard: unknown, given: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (isTree(standard)) return fromEnvironmentMapping(given, environment);
  const variable = key.variable === null ? undefined : environment[key.variable];
  return variable === undefined ? fromFile(given, standard) : fromVariable(variable, standard);
}

function checkSection(name: SectionName, section: object): string[] {
  const keys = new Map(keysOf(name, section).map((key) => [key.property, key]));
  return validateSync(section, { forbidUnknownValues: false }).flatMap(({ property, constraints }) => {
    const key = keys.get(property) ?? { property, name: toSnakeCase(property), variable: null };
    return Object.values(constraints ?? {}).map(
      (message) => `${keyLabel(name, key)}: ${message.replace(new RegExp(`^${property} `), '')}`,
    );
  });
}

function unknownVariables(sections: [SectionName, object][], environment: NodeJS.ProcessEnv): string[] {
  const known = new Set<string | null>(
    sections.flatMap(([name, section]) => keysOf(name, section).map(({ variable }) => variable)),
  );
  return Object.keys(environment)
    .filter((name) => name.startsWith('APP_') && name !== 'APP_CONFIG')
    .filter((name) => !known.has(name) && !SECRET_VARIABLES.has(name))
    .map((name) => `${name} is no variable of this service and is ignored`);
}
