/** What the disk says of one regular file. */
export interface ContentFacts {
  readonly sizeBytes: number;
  /** What it counts for in the quota: the lesser of its size and its allocated blocks. */
  readonly chargedBytes: number;
  /** Which file it is, whatever its name: no two that exist at one time have the same. */
  readonly identity: string;
  /** Differs whenever the identity or the content does, as far as the file system's clock can tell; fit for an ETag. */
  readonly version: string;
}

/** One regular file that is open for reading: it stays the same file whatever becomes of its name. */
export interface OpenContent extends AsyncDisposable {
  readonly facts: ContentFacts;
  /**
   * Its bytes from `start` to `end`, both inclusive and within its size. Ends early when the file has been cut short
   * meanwhile. May be called again; ends nothing but itself. A chunk is good until the next is asked for.
   */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}
