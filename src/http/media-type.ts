const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\\\x00-\\x1f\\x7f]|\\\\[\\x20-\\x7e])*"';
/** Blanks have one place each: where two could take the same, the time to find no match would double with each of them. */
const PARAMETER = `;[ \\t]*(?:(${TOKEN})=(${TOKEN}|${QUOTED})[ \\t]*)?`;

const MEDIA_TYPE = new RegExp(`^(${TOKEN}/${TOKEN})[ \\t]*((?:${PARAMETER})*)$`);
const PARAMETERS = new RegExp(PARAMETER, 'g');
const ASCII = /^[\x20-\x7e]*$/;

/** Longer ones do occur, but in attacks. */
const MAX_LENGTH = 255;

export interface MediaType {
  /** `type/subtype`, in lower case. */
  readonly essence: string;
  /** Names in lower case; the first of a name counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** @returns null for what is no media type (RFC 9110, section 8.3.1) of up to 255 ASCII characters */
export function parseMediaType(text: string | undefined): MediaType | null {
  if (text === undefined || text.length > MAX_LENGTH || !ASCII.test(text)) return null;
  const [, essence, rest] = MEDIA_TYPE.exec(text.trim()) ?? [];
  if (essence === undefined) return null;
  const parameters = new Map<string, string>();
  for (const [, name, value] of (rest ?? '').matchAll(PARAMETERS)) {
    const key = name?.toLowerCase();
    if (key !== undefined && value !== undefined && !parameters.has(key))
      parameters.set(key, unquoted(value));
  }
  return { essence: essence.toLowerCase(), parameters };
}

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
