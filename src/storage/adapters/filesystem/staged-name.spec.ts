import { describe, expect, it } from '@jest/globals';
import {
  isGone,
  newStagedName,
  ownerOf,
  type Sight,
  type StagedOwner,
  startTicksOf,
  thisProcess,
} from './staged-name.js';

const SELF: StagedOwner = {
  pid: '10',
  startTicks: '5000',
  pidNamespace: '4026531836',
  boot: '0123456789ab',
};
const MINUTE_MS = 60_000;

const aSight = (overrides: Partial<Sight>): Sight => ({
  self: SELF,
  isOneMachine: true,
  startTicks: null,
  restedMs: 0,
  ...overrides,
});

describe('the name of staged content', () => {
  it('tells who made it, and is never the same twice', () => {
    const names = [newStagedName(SELF), newStagedName(SELF)];
    expect(names.map(ownerOf)).toEqual([SELF, SELF]);
    expect(new Set(names).size).toBe(2);
  });

  it.each(['', '.staged-', '.deleted-x', `${newStagedName(SELF)}/..`, `x${newStagedName(SELF)}`])(
    'is not %j',
    (name) => {
      expect(ownerOf(name)).toBeNull();
    },
  );

  it('knows this process, and one that does not exist', async () => {
    const self = await thisProcess();
    expect(self.pid).toBe(String(process.pid));
    expect(await startTicksOf(self.pid)).toBe(self.startTicks);
    expect(Number(self.startTicks)).toBeGreaterThan(0);
    expect(await startTicksOf('4194305')).toBeNull();
  });

  const other = { ...SELF, pid: '11', startTicks: '6000' };

  it.each([
    ['lives', '6000', false],
    ['has ended', null, true],
    ['has ended, and its id is used again', '7000', true],
  ])('is left behind by a process of the same table when it %s, however old', (_, startTicks, expected) => {
    for (const restedMs of [0, 60 * MINUTE_MS])
      expect(isGone(other, aSight({ startTicks, restedMs }))).toBe(expected);
  });

  const ofContainer = { ...SELF, pidNamespace: '4026532000' };
  const ofBoot = { ...SELF, boot: 'ba9876543210' };

  it.each([
    ['another container', ofContainer, true],
    ['another container', ofContainer, false],
    ['another machine, or an earlier boot', ofBoot, false],
  ])('is left behind by a process of %s only when it has rested', (_, owner, isOneMachine) => {
    for (const startTicks of [null, owner.startTicks]) {
      const isGoneAfter = (restedMs: number): boolean =>
        isGone(owner, aSight({ isOneMachine, startTicks, restedMs }));
      expect([1.5 * MINUTE_MS, 2.5 * MINUTE_MS].map(isGoneAfter)).toEqual([false, true]);
    }
  });

  it('is left behind by every process of an earlier boot at once where there is one machine', () => {
    for (const owner of [ofBoot, { ...ofBoot, pidNamespace: '4026532000' }])
      expect(isGone(owner, aSight({ startTicks: owner.startTicks, restedMs: 0 }))).toBe(true);
  });
});
