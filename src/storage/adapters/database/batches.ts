/** Both databases bound the parameters of a statement: SQLite 32,766, PostgreSQL 65,535. */
const ROWS = 1000;

/** The rows in parts that one statement takes, of up to 32 columns. */
export function* batchesOf<T>(rows: readonly T[]): Generator<T[]> {
  for (let start = 0; start < rows.length; start += ROWS) yield rows.slice(start, start + ROWS);
}
