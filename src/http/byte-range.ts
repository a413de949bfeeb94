/** A part of a representation; both ends are inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

/**
 * What a `Range` header asks for (RFC 9110, section 14). What is malformed, of another unit, or several ranges is no
 * reason to refuse: the header may be ignored, and the whole is the answer.
 */
export function requestedRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first, last] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  if (first === '') return suffixRange(Number(last), sizeBytes);
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  if (end < start) return 'whole';
  return start < sizeBytes ? { start, end: Math.min(end, sizeBytes - 1) } : 'unsatisfiable';
}

function suffixRange(bytes: number, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  if (bytes === 0) return 'unsatisfiable';
  // The last bytes of nothing can be had (section 14.1.2), but no `Content-Range` can say so.
  if (sizeBytes === 0) return 'whole';
  return { start: Math.max(0, sizeBytes - bytes), end: sizeBytes - 1 };
}
