import { describe, expect, it } from '@jest/globals';
import { isFreeHolder } from '#network-pool';

const holder = (name: string, State = 'running') => ({ Id: 'id', Names: [`/${name}`], State });

describe('a network holder', () => {
  it('is free while it runs under a name of the pool', () => {
    expect(isFreeHolder(holder('sandbox-pool-0f3a'))).toBe(true);
    expect(isFreeHolder(holder('sandbox-bench-pool-0f3a'))).toBe(true);
    expect(isFreeHolder(holder('sandbox-pool-0f3a', 'created'))).toBe(false);
  });

  it('is taken once it has the name of a sandbox', () => {
    expect(isFreeHolder(holder('sandbox-bench-11111111-1111-4111-8111-111111111111-network'))).toBe(false);
  });
});
