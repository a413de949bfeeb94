import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { itIsARemovalLane } from '../../../../test/contracts/removal-lane.contract.js';
import { HeldWork, reactions } from '../../../../test/fakes/deferred.js';
import { BoundedStartQueue } from './bounded-start-queue.js';
import { YieldingRemovalLane } from './yielding-removal-lane.js';

const aQueue = (maxConcurrentStarts = 8): BoundedStartQueue =>
  new BoundedStartQueue(aSandboxConfig({ maxConcurrentStarts }));

describe('YieldingRemovalLane', () => {
  itIsARemovalLane((starts) => new YieldingRemovalLane(starts), aQueue);

  it.each([
    { most: 8, isStarting: false, places: 8 },
    { most: 8, isStarting: true, places: 1 },
    { most: 2, isStarting: true, places: 1 },
    { most: 1, isStarting: true, places: 1 },
  ])('has $places places with $most starts at the most, starting: $isStarting', async (expected) => {
    const queue = aQueue(expected.most);
    const lane = new YieldingRemovalLane(queue);
    const start = new HeldWork();
    const starting = expected.isStarting ? queue.run(0, start.run) : null;
    const removals = Array.from({ length: 20 }, () => new HeldWork());
    const all = removals.map((removal) => lane.run({ waitMs: 10_000, isAwaited: false }, removal.run));
    await reactions();
    expect(removals.filter(({ hasBegun }) => hasBegun)).toHaveLength(expected.places);
    [start, ...removals].forEach((work) => work.release());
    await Promise.all([starting, ...all]);
  });
});
