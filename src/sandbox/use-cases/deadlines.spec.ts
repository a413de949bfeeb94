import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aDockerConfig, aSandboxConfig } from '../../../test/builders/configuration.js';
import { Deadlines } from './deadlines.js';

describe('Deadlines', () => {
  it('shares out no more than is promised, whatever the engine deadline is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 600, noNaN: true }), (timeoutSeconds) => {
        const deadlines = new Deadlines(aDockerConfig({ timeoutSeconds }), aSandboxConfig());
        const { engineMs, createMs, outputMs, deleteMs, deleteWaitMs, readMs, sweepWaitMs } = deadlines;
        expect(createMs + outputMs + engineMs).toBeLessThan(3 * engineMs);
        expect(deleteMs).toBeLessThan(2 * engineMs);
        expect(deleteWaitMs).toBeLessThan(engineMs);
        expect(sweepWaitMs).toBeLessThan(deleteWaitMs);
        expect(readMs).toBeLessThan(5000);
        expect(readMs).toBeLessThanOrEqual(engineMs);
      }),
    );
  });

  it('takes seconds as milliseconds', () => {
    const sandbox = aSandboxConfig({ startQueueTimeoutSeconds: 60, readyTimeoutSeconds: 1.5 });
    const deadlines = new Deadlines(aDockerConfig({ timeoutSeconds: 30 }), sandbox);
    expect(deadlines).toMatchObject({ engineMs: 30_000, queueMs: 60_000, readyMs: 1500 });
  });
});
