/** Where something stands in the stable order of its list: oldest first, ties by id. */
export interface Position {
  readonly createdAt: Date;
  readonly id: string;
}

/** A part of a list: so many at most, behind a position or from the beginning. */
export interface Slice {
  readonly after: Position | null;
  readonly limit: number;
}
