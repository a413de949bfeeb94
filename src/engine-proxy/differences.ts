/** Characters of a value that a message shows. */
const SHOWN = 120;

/**
 * The first place where a JSON value is not what was expected, in words, or null where the two are equal. Order matters
 * in lists, and not in mappings. What is not expected is told before what differs: it is the more telling.
 */
export function firstDifference(given: unknown, expected: unknown, path = ''): string | null {
  if (isMapping(given) && isMapping(expected)) return differenceOfMappings(given, expected, path);
  if (Array.isArray(given) && Array.isArray(expected) && given.length === expected.length) {
    return firstOf(
      expected.map((item, index) => () => firstDifference(given[index], item, `${path}[${index}]`)),
    );
  }
  return Object.is(given, expected)
    ? null
    : `${path || 'the body'} is ${shown(given)} where only ${shown(expected)} is allowed`;
}

function differenceOfMappings(given: Mapping, expected: Mapping, path: string): string | null {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const strange = Object.keys(given).find((name) => !Object.hasOwn(expected, name));
  if (strange !== undefined) return `${at(strange)} is nothing that this service asks for`;
  const missing = Object.keys(expected).find((name) => !Object.hasOwn(given, name));
  if (missing !== undefined) return `${at(missing)} is missing`;
  return firstOf(
    Object.keys(expected).map((name) => () => firstDifference(given[name], expected[name], at(name))),
  );
}

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function firstOf(looks: readonly (() => string | null)[]): string | null {
  for (const look of looks) {
    const found = look();
    if (found !== null) return found;
  }
  return null;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
