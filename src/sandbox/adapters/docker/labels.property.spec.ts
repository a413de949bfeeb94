import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aClaim } from '../../../../test/builders/containers.js';
import { NOW } from '../../../../test/builders/times.js';
import { readClaim, toLabels } from './labels.js';

describe('toLabels', () => {
  it('is read again as the same claim, whatever the claim is', () => {
    const times = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T00:00:00Z') });
    const claims = fc
      .record({
        sessionId: fc.uuid(),
        chatId: fc.uuid(),
        agentId: fc.string({ minLength: 1, maxLength: 256, unit: 'binary' }),
        volumeHostPath: fc.string({ unit: 'binary' }).map((tail) => `/${tail}`),
        endpointPort: fc.integer({ min: 1, max: 65_535 }),
        createdAt: times,
        expiresAt: times,
      })
      .map(aClaim);
    fc.assert(
      fc.property(claims, (claim) => {
        expect(readClaim(toLabels(claim, 'any'), NOW)).toEqual(claim);
      }),
    );
  });
});
