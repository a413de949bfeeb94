const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;
const HYPHENS = [0, 4];

/** The canonical form (lower case, hyphenated) of a UUID in any case, with all of its hyphens or none; else null. */
export function parseUuid(text: string): string | null {
  const parts = UUID.exec(text.toLowerCase());
  const hyphens = text.split('-').length - 1;
  return parts !== null && HYPHENS.includes(hyphens) ? parts.slice(1).join('-') : null;
}
