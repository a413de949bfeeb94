import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from '../kernel/invalid-input-error.js';
import { DatabaseUnavailableError, toDatabaseError } from './database-errors.js';

const failure = (code: string, message = 'no'): Error => Object.assign(new Error(message), { code });

describe('toDatabaseError', () => {
  it.each(['SQLITE_FULL', '53100'])('says that the disk is full for %s', (code) => {
    expect(toDatabaseError(failure(code))).toMatchObject({ code: 'storage_full', kind: 'out-of-space' });
  });

  it.each([
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_IOERR_WRITE',
    'SQLITE_READONLY',
    '08006',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '40P01',
    'ECONNREFUSED',
    'ECONNRESET',
    'EAI_AGAIN',
    'ENOTFOUND',
  ])('says that the database is unavailable for %s', (code) => {
    const { cause, ...error } = toDatabaseError(failure(code)) as DatabaseUnavailableError;
    expect([error.code, error.retryAfterSeconds, cause]).toEqual(['database_unavailable', 5, failure(code)]);
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'timeout exceeded when trying to connect',
  ])('knows pg by its words: %s', (message) => {
    expect(toDatabaseError(new Error(message))).toBeInstanceOf(DatabaseUnavailableError);
  });

  it.each([
    failure('23505'),
    failure('42P01'),
    failure('SQLITE_CONSTRAINT_UNIQUE'),
    new Error('something else'),
    new InvalidInputError('field', 'type', 'a timeout, says the domain'),
    'no error at all',
    null,
  ])('leaves %s as it is', (error) => {
    expect(toDatabaseError(error)).toBe(error);
  });
});
