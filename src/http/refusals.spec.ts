import { describe, expect, it } from '@jest/globals';
import { RecordingLogger, RecordingMetrics } from '../../test/fakes/observability.js';
import { Refusals } from './refusals.js';

describe('Refusals', () => {
  it('counts all, and tells of each reason once a minute, with how many it kept to itself', () => {
    const logger = new RecordingLogger();
    const metrics = new RecordingMetrics();
    let nowMs = 0;
    const refusals = new Refusals(logger, metrics, () => nowMs);
    for (let times = 0; times < 1000; times += 1) refusals.note('malformed_request', { request_id: 'x' });
    refusals.note('request_timeout');
    nowMs = 60_000;
    refusals.note('malformed_request');
    expect(metrics.counted).toHaveLength(1002);
    expect(metrics.counted.at(-1)).toEqual({
      name: 'http.refused.total',
      attributes: { reason: 'malformed_request' },
    });
    expect(
      logger.records
        .filter(({ level }) => level !== 'debug')
        .map(({ level, fields }) => ({ level, ...fields })),
    ).toEqual([
      { level: 'info', reason: 'malformed_request', untold: 0, request_id: 'x' },
      { level: 'info', reason: 'request_timeout', untold: 0 },
      { level: 'info', reason: 'malformed_request', untold: 999 },
    ]);
  });
});
