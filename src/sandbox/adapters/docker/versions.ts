/** A version as engines and runtimes tell theirs; what a distribution adds (`+ds1`, `-1+deb12u1`) is left out. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Of a release candidate; null for a release. */
  readonly candidate: number | null;
}

const VERSION = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-~.]?rc\.?(\d+))?/;

/** @returns null where the text is no version */
export function parseVersion(text: string): Version | null {
  const [, major, minor, patch = '0', candidate] = VERSION.exec(text) ?? [];
  if (major === undefined || minor === undefined) return null;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    candidate: candidate === undefined ? null : Number(candidate),
  };
}

/** Whether `one` came before `other`; a candidate comes before its release. */
export function isOlder(one: Version, other: Version): boolean {
  const places = ({ major, minor, patch, candidate }: Version): number[] => [
    major,
    minor,
    patch,
    candidate ?? Infinity,
  ];
  const [left, right] = [places(one), places(other)];
  const at = left.findIndex((value, index) => value !== right[index]);
  return at !== -1 && (left[at] ?? 0) < (right[at] ?? 0);
}
