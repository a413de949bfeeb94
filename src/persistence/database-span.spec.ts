import { beforeEach, describe, expect, it } from '@jest/globals';
import { RecordingTracer } from '../../test/fakes/observability.js';
import { InvalidInputError } from '../kernel/invalid-input-error.js';
import { DatabaseUnavailableError } from './database-errors.js';
import { inDatabaseSpan } from './database-span.js';

describe('inDatabaseSpan', () => {
  let tracer: RecordingTracer;

  beforeEach(() => {
    tracer = new RecordingTracer();
  });

  /** The error that the span bears after such work. */
  async function borne(work: () => Promise<void>): Promise<unknown> {
    await inDatabaseSpan(tracer, 'transaction', 'sqlite', work).catch(() => null);
    return tracer.last('adapter.database.transaction')?.error;
  }

  it.each([new DatabaseUnavailableError('away'), new Error('SQLITE_CORRUPT')])('bears %s', async (error) => {
    expect(await borne(() => Promise.reject(error))).toBe(error);
  });

  it('does not bear what was decided', async () => {
    expect(await borne(() => Promise.reject(new InvalidInputError('x', 'y', 'z')))).toBeNull();
  });

  it('does not bear what failed in a span below it', async () => {
    const placing = (): Promise<void> =>
      tracer.span('adapter.files.place', {}, (span) => {
        const error = new Error('EIO');
        span.fail(error);
        return Promise.reject(error);
      });
    expect(await borne(placing)).toBeNull();
    expect(tracer.last('adapter.files.place')?.error).toMatchObject({ message: 'EIO' });
  });
});
