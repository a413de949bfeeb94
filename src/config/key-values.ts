/** Why a value does not fit its key; the loader adds the key's name. */
export class ValueFault extends Error {}

const quoted = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : JSON.stringify(value));

/** A variable's text in the type of the key's default. */
export function fromVariable(text: string, standard: unknown): unknown {
  if (typeof standard === 'number') {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) throw new ValueFault(`must be a number, not ${quoted(text)}`);
    return value;
  }
  if (typeof standard === 'boolean') {
    if (/^(true|1)$/i.test(text)) return true;
    if (/^(false|0)$/i.test(text)) return false;
    throw new ValueFault(`must be true or false, not ${quoted(text)}`);
  }
  if (Array.isArray(standard)) {
    return text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }
  return text;
}

/** A value of the file in the type of the key's default; null counts as not given. */
export function fromFile(value: unknown, standard: unknown): unknown {
  if (value === null || value === undefined) return standard;
  if (Array.isArray(standard)) {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw new ValueFault('must be a list of strings');
  }
  if (typeof standard === 'string' && typeof value === 'number') return String(value);
  if (typeof value !== typeof standard) {
    throw new ValueFault(`must be a ${typeof standard}, not ${quoted(value)}`);
  }
  return value;
}

/** `sandbox.env`: scalars as strings, null as empty, `${NAME}` from the service's environment. */
export function fromEnvironmentMapping(
  value: unknown,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ValueFault('must be a mapping of names to values');
  const faults: string[] = [];
  const read = ([name, item]: [string, unknown]): [string, string][] => {
    try {
      if (!/^[^=\0]+$/.test(name)) throw new ValueFault(`has an unusable name ${quoted(name)}`);
      return [[name, environmentValue(name, item, environment)]];
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      faults.push(error.message);
      return [];
    }
  };
  const values = Object.fromEntries(Object.entries(value).flatMap(read));
  if (faults.length > 0) throw new ValueFault(faults.join('; '));
  return values;
}

function environmentValue(name: string, item: unknown, environment: NodeJS.ProcessEnv): string {
  if (item === null) return '';
  if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean') {
    throw new ValueFault(`has ${name}, which is neither text, number, truth value nor null`);
  }
  const value = String(item).replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, variable: string) => {
    const found = environment[variable];
    if (found === undefined)
      throw new ValueFault(`has ${name}, which needs the variable ${variable}, and that is not set`);
    return found;
  });
  if (value.includes('\0')) throw new ValueFault(`has ${name}, whose value contains a NUL character`);
  return value;
}
