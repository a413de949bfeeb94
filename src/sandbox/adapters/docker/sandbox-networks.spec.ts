import { describe, expect, it } from '@jest/globals';
import { isNetworkOf, networkNames, SandboxNetworks } from './sandbox-networks.js';

describe('isNetworkOf', () => {
  it.each(['sandbox', 'sandbox-2', 'sandbox-3', 'sandbox-10', 'sandbox-16'])('knows %s', (name) => {
    expect(isNetworkOf('sandbox', name)).toBe(true);
  });

  it.each([
    'sandbox-1',
    'sandbox-0',
    'sandbox-02',
    'sandbox--2',
    'sandbox-2-2',
    'sandbox-2 ',
    'sandbox-2\n',
    'sandbox-',
    'sandbox2',
    'sandbox-x',
    'sandbox-2x',
    'a-sandbox-2',
    'Sandbox-2',
    'sandbox-1e1',
    '',
  ])('does not take %j for one', (name) => {
    expect(isNetworkOf('sandbox', name)).toBe(false);
  });

  it('takes the first name as it is, and not as a pattern', () => {
    expect([isNetworkOf('a.b', 'a.b-2'), isNetworkOf('a.b', 'axb-2')]).toEqual([true, false]);
  });
});

describe('networkNames', () => {
  it('begins with the first and goes on with 2, in names that are all known', () => {
    const names = networkNames('sandbox', 16);
    expect(names.slice(0, 3)).toEqual(['sandbox', 'sandbox-2', 'sandbox-3']);
    expect(names).toHaveLength(16);
    expect(names.filter((name) => !isNetworkOf('sandbox', name))).toEqual([]);
    expect(networkNames('sandbox', 1)).toEqual(['sandbox']);
  });
});

describe('SandboxNetworks', () => {
  const MINUTE_MS = 60_000;

  function aChoice() {
    const time = { ms: 0 };
    const networks = new SandboxNetworks('sandbox', 16, () => time.ms);
    return { networks, time };
  }

  it('begins with the first, and goes on to the next each time the one in use is full', () => {
    const { networks } = aChoice();
    const used = [networks.current()];
    for (const name of ['sandbox', 'sandbox-2']) {
      networks.noteFull(name);
      used.push(networks.current());
    }
    expect(used).toEqual(['sandbox', 'sandbox-2', 'sandbox-3']);
  });

  it('goes one on, although many starts find the same one full', () => {
    const { networks } = aChoice();
    const isNews = [1, 2, 3].map(() => networks.noteFull('sandbox'));
    expect([isNews, networks.current()]).toEqual([[true, false, false], 'sandbox-2']);
  });

  it('does not care for other networks', () => {
    const { networks } = aChoice();
    expect([networks.noteFull('container:holder'), networks.noteFull('bridge')]).toEqual([false, false]);
    expect(networks.current()).toBe('sandbox');
  });

  it('has none when all are full', () => {
    const { networks } = aChoice();
    for (const name of networkNames('sandbox', 16)) networks.noteFull(name);
    expect(networks.current()).toBeNull();
  });

  it('has the first alone where there may be but one', () => {
    const networks = new SandboxNetworks('sandbox', 1);
    expect(networks.current()).toBe('sandbox');
    networks.noteFull('sandbox');
    expect(networks.current()).toBeNull();
    expect(networks.isOne('sandbox-2')).toBe(true);
  });

  it('goes back to the first once a list shows fewer containers on it than when it was full', () => {
    const { networks } = aChoice();
    networks.noteFull('sandbox');
    const usedAfter = [1000, 1000, 1001, 999].map((count) => {
      networks.noteCounts(new Map([['sandbox', count]]));
      return networks.current();
    });
    expect(usedAfter).toEqual(['sandbox-2', 'sandbox-2', 'sandbox-2', 'sandbox']);
  });

  it('takes a network that a list does not name for empty', () => {
    const { networks } = aChoice();
    networks.noteFull('sandbox');
    networks.noteCounts(new Map([['sandbox', 1]]));
    networks.noteCounts(new Map());
    expect(networks.current()).toBe('sandbox');
  });

  it('tries a full one again now and then, since what fills it may be none of ours', () => {
    const { networks, time } = aChoice();
    networks.noteFull('sandbox');
    time.ms = 9 * MINUTE_MS;
    expect(networks.current()).toBe('sandbox-2');
    time.ms = 10 * MINUTE_MS;
    expect(networks.current()).toBe('sandbox');
    expect(networks.noteFull('sandbox')).toBe(true);
    expect(networks.current()).toBe('sandbox-2');
  });
});
