interface EntityTag {
  readonly isWeak: boolean;
  /** What stands between the quotes. */
  readonly opaque: string;
}

/**
 * RFC 9110, section 8.8.3: any visible character but the quote. Blanks have one place each: where two could take the same,
 * the time to find no match would grow with the square of their number.
 */
const TAG = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/**
 * The tags for which `If-Match` lets a change be made. Only strong ones can match. Where the header is no list of tags,
 * none can: who meant to guard something must not lose it to a slip.
 * @returns `any` for `*`, null without the header
 */
export function tagsToMatch(header: string | undefined): readonly string[] | 'any' | null {
  if (header === undefined) return null;
  if (header.trim() === '*') return 'any';
  return (parse(header) ?? []).filter(({ isWeak }) => !isWeak).map(({ opaque }) => opaque);
}

/** Whether `If-None-Match` names the representation: the client has it already. Compared weakly, as section 13.1.2 asks. */
export function isAlreadyHeld(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return (parse(header) ?? []).some(({ opaque }) => opaque === tag);
}

/** Whether the `Range` beside an `If-Range` counts: the tag is strongly this one. Dates never do, as none is sent. */
export function isRangeCurrent(header: string | undefined, tag: string): boolean {
  return header === undefined || header.trim() === `"${tag}"`;
}

/** @returns null when it is no list of tags; lists may have empty elements */
function parse(header: string): EntityTag[] | null {
  const tags: EntityTag[] = [];
  TAG.lastIndex = 0;
  while (TAG.lastIndex < header.length) {
    const found = TAG.exec(header);
    if (found === null) return null;
    const [, weak, opaque] = found;
    if (opaque !== undefined) tags.push({ isWeak: weak !== undefined, opaque });
  }
  return tags;
}
