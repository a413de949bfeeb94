import { DomainError } from '../kernel/domain-error.js';

/** The database does not answer, or its tables are not there yet; the same call is worth trying again. */
export class DatabaseUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'database_unavailable';
  override readonly retryAfterSeconds = 5;
}

/** The disk under the database is full; nothing was changed. */
class DatabaseFullError extends DomainError {
  readonly kind = 'out-of-space';
  readonly code = 'storage_full';
}

/** SQLSTATE classes (PostgreSQL, appendix A) of a server that cannot serve now: connection, resources, shutdown. */
const UNAVAILABLE_CLASSES = ['08', '53', '57'];
const DISK_FULL = '53100';

/** What pg and Node say of a connection that was refused, lost, or too slow. */
const LOST = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT$|EACCES$)/;
const LOST_WITHOUT_CODE = /connection terminated|timeout|client has encountered a connection error/i;

/** The driver's errors in our own words; whatever says nothing of the database's state stays as it is. */
export function toDatabaseError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const { code, message } = factsOf(error);
  const options = { cause: error };
  if (code.startsWith('SQLITE_FULL') || code === DISK_FULL) {
    return new DatabaseFullError('the disk under the database is full', options);
  }
  if (isUnavailable(code, message)) {
    return new DatabaseUnavailableError(`the database does not answer (${code || message})`, options);
  }
  return error;
}

function factsOf(error: unknown): { code: string; message: string } {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
  };
}

function isUnavailable(code: string, message: string): boolean {
  if (/^[0-9A-Z]{5}$/.test(code)) return UNAVAILABLE_CLASSES.includes(code.slice(0, 2)) || isRetryable(code);
  if (code.startsWith('SQLITE_')) return /^SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN|READONLY)/.test(code);
  return LOST.test(code) || (code === '' && LOST_WITHOUT_CODE.test(message));
}

/** Serialisation failure, deadlock, and a lock that was not to be had in time. */
const isRetryable = (sqlState: string): boolean => ['40001', '40P01', '55P03'].includes(sqlState);
