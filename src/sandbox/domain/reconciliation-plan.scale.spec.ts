import { describe, expect, it } from '@jest/globals';
import { aContainer, aContainerIn, aSandbox } from '../../../test/builders/containers.js';
import { aUuid } from '../../../test/builders/ids.js';
import { minutesAgo, NOW } from '../../../test/builders/times.js';
import { CountedReads } from '../../../test/support/counted-reads.js';
import type { SandboxContainer } from './container.js';
import { planReconciliation } from './reconciliation-plan.js';
import type { Sandbox } from './sandbox.js';

const FEW = 2500;
const MANY = 10_000;

interface Disagreement {
  readonly sandboxes: readonly Sandbox[];
  readonly containers: readonly SandboxContainer[];
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const claimOf = (index: number): { chatId: string; sessionId: string } => ({
  chatId: aUuid(index),
  sessionId: aUuid(index),
});

const CASES: readonly (readonly [what: string, kind: string, make: (count: number) => Disagreement])[] = [
  [
    'after a restart, when nothing is on record',
    'adopt',
    (count) => ({
      sandboxes: [],
      containers: times(count, (i) => aContainer({ containerId: `c-${i}`, claim: claimOf(i) })),
    }),
  ],
  [
    'in a sweep where all agree',
    'leave',
    (count) => ({
      sandboxes: times(count, (i) => aSandbox({ ...claimOf(i), containerId: `c-${i}` })),
      containers: times(count, (i) => aContainer({ containerId: `c-${i}`, claim: claimOf(i) })),
    }),
  ],
  [
    'in a sweep after all have expired',
    'remove',
    (count) => ({
      sandboxes: times(count, (i) => aSandbox({ ...claimOf(i), containerId: `c-${i}` })),
      containers: times(count, (i) =>
        aContainer({ containerId: `c-${i}`, claim: { ...claimOf(i), expiresAt: minutesAgo(1) } }),
      ),
    }),
  ],
  [
    'when all containers are gone',
    'forget',
    (count) => ({ sandboxes: times(count, (i) => aSandbox(claimOf(i))), containers: [] }),
  ],
  [
    'of one chat that has them all',
    'remove',
    (count) => ({
      sandboxes: [],
      containers: times(count, (i) => aContainerIn('dead', { containerId: `c-${i}` })),
    }),
  ],
];

describe('the plan at scale', () => {
  const cost = ({ sandboxes, containers }: Disagreement): { reads: number; kinds: Set<string> } => {
    const reads = new CountedReads();
    const actions = planReconciliation({
      sandboxes: sandboxes.map((sandbox) => reads.of(sandbox)),
      containers: containers.map((container) => reads.of(container)),
      holders: [],
      now: NOW,
      createdGraceMs: 5000,
      deletions: new Map(),
    });
    expect(actions).toHaveLength(Math.max(sandboxes.length, containers.length));
    return { reads: reads.count, kinds: new Set(actions.map(({ kind }) => kind)) };
  };

  it.each(CASES)('costs the same for each sandbox, however many there are, %s', (_, kind, make) => {
    const few = cost(make(FEW));
    const many = cost(make(MANY));
    expect(many.kinds).toEqual(new Set([kind]));
    expect(many.reads / few.reads).toBeLessThan((1.1 * MANY) / FEW);
    expect(many.reads / MANY).toBeLessThan(40);
  });
});
