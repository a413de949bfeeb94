import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../test/builders/configuration.js';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { FakeEngine } from '../../../test/fakes/fake-engine.js';
import { FakeSandboxRuntime } from '../../../test/fakes/fake-sandbox-runtime.js';
import { SteppableClock } from '../../../test/fakes/system.js';
import { InMemorySessionRegistry } from '../adapters/memory/in-memory-session-registry.js';
import { Admission } from './admission.js';
import { TimeBudget } from './time-budget.js';

const terms = (chatId: string, volumeHostPath: string) => ({ chatId, agentId: 'agent', volumeHostPath });

describe('Admission, with a volume above one that is just being mounted', () => {
  const runtime = new FakeSandboxRuntime(new FakeEngine());
  const registry = new InMemorySessionRegistry();
  const admission = new Admission(registry, runtime, new SteppableClock(), aSandboxConfig());

  it('waits until that start has ended, and gives the time back', async () => {
    const events: string[] = [];
    const below = Promise.withResolvers<undefined>();
    const budget = new TimeBudget(1000);
    const inner = admission.during(terms(CHAT, '/srv/a/b'), budget, new TimeBudget(1000), async () => {
      await below.promise;
      events.push('below ended');
    });
    const outerBudget = new TimeBudget(1000);
    const outer = admission.during(terms(OTHER_CHAT, '/srv/a'), outerBudget, new TimeBudget(1000), () => {
      events.push('above began');
      return Promise.resolve(outerBudget.remainingMs);
    });
    setTimeout(() => {
      below.resolve(undefined);
    }, 50);

    await inner;
    expect(await outer).toBeGreaterThan(990);
    expect(events).toEqual(['below ended', 'above began']);
  });

  it('gives up when that takes longer than a create may wait', async () => {
    const below = Promise.withResolvers<undefined>();
    const budget = new TimeBudget(1000);
    const inner = admission.during(
      terms(CHAT, '/srv/a/b'),
      budget,
      new TimeBudget(1000),
      () => below.promise,
    );
    const outer = admission.during(terms(OTHER_CHAT, '/srv/a'), budget, new TimeBudget(20), () =>
      Promise.resolve(),
    );

    await expect(outer).rejects.toMatchObject({ code: 'sandbox_queue_timeout' });
    below.resolve(undefined);
    await inner;
  });
});
