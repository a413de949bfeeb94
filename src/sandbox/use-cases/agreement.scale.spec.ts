import { describe, expect, it } from '@jest/globals';
import { cleanupCounts } from '../../../test/builders/cleanup.js';
import { aUuid } from '../../../test/builders/ids.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { Replica } from '../../../test/fakes/replica.js';

const MANY = 10_000;

describe('ten thousand sandboxes', () => {
  const anEngine = (): FakeEngine => {
    const engine = new FakeEngine();
    for (let index = 0; index < MANY; index += 1) {
      const claim = { chatId: aUuid(index), sessionId: aUuid(index) };
      // Put to run here, since the engine would look through all addresses for a free one.
      Object.assign(engine.place({ claim, state: 'created' }), { state: 'running', ip: `10.0.0.${index}` });
    }
    return engine;
  };

  it('are found again by one list, and nothing is asked of the engine for each', async () => {
    const replica = new Replica({ engine: anEngine() });
    expect(await replica.reconcile.execute()).toBe(true);
    expect(await replica.registry.list()).toHaveLength(MANY);
    expect(replica.runtime.faults.countOf('list')).toBe(1);
    expect(replica.runtime.faults.countOf('find')).toBe(0);
    expect(replica.runtime.faults.countOf('findByChat')).toBe(0);
    expect(await replica.sweep()).toEqual(cleanupCounts());
    expect(replica.runtime.faults.countOf('list')).toBe(2);
    expect(replica.runtime.faults.countOf('find')).toBe(0);
    expect(await replica.listSandboxes.execute(null)).toHaveLength(MANY);
  });
});
