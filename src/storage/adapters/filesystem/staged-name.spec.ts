import { describe, expect, it } from '@jest/globals';
import {
  isGone,
  newStagedName,
  ownerOf,
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
      expect(isGone(other, SELF, startTicks, restedMs)).toBe(expected);
  });

  it.each([
    ['another container', { ...SELF, pidNamespace: '4026532000' }],
    ['another boot, or machine', { ...SELF, boot: 'ba9876543210' }],
  ])('is left behind by a process of %s only when it has rested long', (_, owner) => {
    for (const startTicks of [null, owner.startTicks]) {
      expect(isGone(owner, SELF, startTicks, 9 * MINUTE_MS)).toBe(false);
      expect(isGone(owner, SELF, startTicks, 11 * MINUTE_MS)).toBe(true);
    }
  });
});
