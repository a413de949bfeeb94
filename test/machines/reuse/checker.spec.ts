import { describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../builders/ids.js';
import { faultsOf } from './checker.js';
import type { CreateCall, Life } from './history.js';

const aCall = (overrides: Partial<CreateCall> = {}): CreateCall => ({
  chatId: CHAT,
  beganMs: 1000,
  endedMs: 1010,
  status: 200,
  containerId: 'one',
  ip: '172.18.0.2',
  ...overrides,
});

const aLife = (overrides: Partial<Life> = {}): Life => ({
  containerId: 'one',
  chatId: CHAT,
  ip: '172.18.0.2',
  toldMs: 500,
  harmedMs: Infinity,
  goneMs: Infinity,
  endedBy: null,
  ...overrides,
});

const check = (call: CreateCall, lives: readonly Life[], staleMs = 0): string[] =>
  faultsOf({ calls: [call], lives: new Map(lives.map((life) => [life.containerId, life])) }, staleMs);

describe('the checker of reuses', () => {
  it('lets what is right be', () => {
    expect(check(aCall(), [aLife()])).toEqual([]);
    expect(check(aCall({ status: 503, containerId: null, ip: null }), [aLife({ goneMs: 1 })])).toEqual([]);
  });

  it('finds a container that was gone before the create was sent', () => {
    const gone = aLife({ harmedMs: 900, goneMs: 999, endedBy: 'engine' });
    expect(check(aCall(), [gone])).toEqual([expect.stringContaining('gone 1.0 ms before')]);
  });

  it('lets one be that was gone no longer than a proof lasts, where that is allowed', () => {
    const goneAt = (goneMs: number): Life => aLife({ harmedMs: 900, goneMs, endedBy: 'engine' });
    expect(check(aCall(), [goneAt(975)], 25)).toEqual([]);
    expect(check(aCall(), [goneAt(974)], 25)).toHaveLength(1);
  });

  it('never allows it for what the service itself has ended', () => {
    const deleted = aLife({ harmedMs: 900, goneMs: 999, endedBy: 'service' });
    expect(check(aCall(), [deleted], 25)).toHaveLength(1);
  });

  it('lets one be that ended during the call', () => {
    expect(check(aCall(), [aLife({ harmedMs: 950, goneMs: 1005, endedBy: 'engine' })])).toEqual([]);
  });

  const other = aLife({ containerId: 'other', chatId: OTHER_CHAT });

  it("finds an address where another chat's container ran meanwhile", () => {
    expect(check(aCall(), [aLife(), other])).toEqual([expect.stringContaining('where other of')]);
    expect(
      check(aCall({ endedMs: 2000 }), [aLife(), { ...other, toldMs: 1500, harmedMs: 1600 }]),
    ).toHaveLength(1);
  });

  it('lets one be that gave its address to a new one during the call, unless it ran on', () => {
    const young = aLife({ toldMs: 1200 });
    const call = aCall({ endedMs: 1200 });
    expect(check(call, [young, { ...other, harmedMs: 1100 }])).toEqual([]);
    expect(check(call, [young, { ...other, harmedMs: 1300 }])).toHaveLength(1);
  });

  it('lets addresses be that were those of others before and after', () => {
    expect(check(aCall(), [aLife(), { ...other, harmedMs: 1000 }])).toEqual([]);
    expect(check(aCall(), [aLife(), { ...other, toldMs: 1010 }])).toEqual([]);
    expect(check(aCall(), [aLife(), { ...other, ip: '172.18.0.3' }])).toEqual([]);
  });

  it("finds another chat's container, and an address that is not its own", () => {
    expect(check(aCall(), [aLife({ chatId: OTHER_CHAT })])).toContainEqual(
      expect.stringContaining('which is of'),
    );
    expect(check(aCall({ ip: '172.18.0.9' }), [aLife()])).toEqual([expect.stringContaining('where it had')]);
  });
});
