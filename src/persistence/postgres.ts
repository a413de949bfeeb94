import { type Dialect, PostgresDialect, type PostgresPoolClient } from 'kysely';
import pg from 'pg';

/** Each wait has an end, also when the server has gone without a word. */
const CONNECT_MS = 3000;
const LOCK_MS = 5000;
const STATEMENT_MS = 10_000;
/** Ends what the server itself does not end: it is behind a network that swallows everything. */
const ANSWER_MS = STATEMENT_MS + 2000;
const IDLE_IN_TRANSACTION_MS = 15_000;
const CONNECTIONS = 10;

const INT8 = 20;

const parserOf = pg.types.getTypeParser as (oid: number, format?: string) => unknown;

/** Our integers (milliseconds, bytes) are exact as numbers; pg would give them as text. */
const TYPES = {
  getTypeParser: (oid: number, format?: string) => (oid === INT8 ? Number : parserOf(oid, format)),
};

/**
 * Connects at the first use, and again after a loss.
 * @param onIdleLoss a connection that nobody was using was lost
 */
export function postgresDialect(
  url: string,
  applicationName: string,
  onIdleLoss: (error: Error) => void,
): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    types: TYPES,
    max: CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    lock_timeout: LOCK_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  pool.on('error', onIdleLoss);
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => cautious(await pool.connect()),
      end: () => pool.end(),
    },
  });
}

/** A connection on which a query ended without the server's word is not used again: the next would wait behind it. */
function cautious(client: pg.PoolClient): PostgresPoolClient {
  let isDoubtful = false;
  // The pool listens only while nobody has the client, and a loss between two queries that nobody hears ends the process.
  // Whoever has it is told by the next query.
  const onLoss = (): void => {
    isDoubtful = true;
  };
  client.on('error', onLoss);
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) isDoubtful = true;
      throw error;
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => {
      client.release(isDoubtful || destroy === true);
      client.off('error', onLoss);
    },
  };
}
