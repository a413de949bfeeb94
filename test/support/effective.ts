/**
 * What of an engine's description has an effect: everything but what is at its falsy default (null, false, 0, '', an
 * empty list or mapping), to any depth. Engines of different ages then compare: a field that one of them does not know
 * is at its default in the other, and one that is on shows as itself, known or not.
 */
export function effective(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(effective);
    return items.every((item) => item === undefined) ? undefined : items;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .map(([name, content]) => [name, effective(content)] as const)
      .filter(([, content]) => content !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  return value === null || value === false || value === 0 || value === '' ? undefined : value;
}

/** The description with what differs from run to run replaced, wherever it stands. */
export function withNames(value: unknown, names: Readonly<Record<string, string>>): unknown {
  const text = Object.entries(names)
    // The longest first: one may be part of another.
    .sort(([one], [other]) => other.length - one.length)
    .reduce((all, [found, name]) => all.replaceAll(found, name), JSON.stringify(value));
  return JSON.parse(text);
}
