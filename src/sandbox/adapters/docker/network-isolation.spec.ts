import type { NetworkInspectInfo } from 'dockerode';
import { describe, expect, it } from '@jest/globals';
import { isolatedBridgeOf, isolationOptions, missingIsolation } from './network-isolation.js';

const aNetwork = (overrides: Partial<NetworkInspectInfo> = {}): NetworkInspectInfo =>
  ({
    Driver: 'bridge',
    EnableIPv6: false,
    Options: isolationOptions('sandbox'),
    ...overrides,
  }) as NetworkInspectInfo;

describe('isolatedBridgeOf', () => {
  it.each(['sandbox', 'a', 'x'.repeat(200)])('gives a name that an interface may have, for %s', (name) => {
    expect(isolatedBridgeOf(name)).toMatch(/^sbx-[0-9a-f]{11}$/);
  });

  it('differs for different networks, and is the same for all replicas', () => {
    expect(isolatedBridgeOf('one')).not.toBe(isolatedBridgeOf('other'));
    expect(isolatedBridgeOf('one')).toBe(isolatedBridgeOf('one'));
  });
});

describe('missingIsolation', () => {
  it('finds nothing missing in a network as we make it, nor in one with another sbx- bridge', () => {
    expect(missingIsolation(aNetwork())).toEqual([]);
    const Options = { ...isolationOptions('sandbox'), 'com.docker.network.bridge.name': 'sbx-mine' };
    expect(missingIsolation(aNetwork({ Options }))).toEqual([]);
  });

  it.each([
    ['another driver', { Driver: 'macvlan' }, /driver bridge/],
    ['IPv6', { EnableIPv6: true }, /IPv6/],
    [
      'traffic between containers',
      { Options: { ...isolationOptions('s'), 'com.docker.network.bridge.enable_icc': 'true' } },
      /enable_icc/,
    ],
    [
      'a bridge that no rule of the host knows',
      { Options: { 'com.docker.network.bridge.enable_icc': 'false' } },
      /bridge\.name/,
    ],
  ] as const)('names %s', (_, overrides, need) => {
    expect(missingIsolation(aNetwork(overrides))).toEqual([expect.stringMatching(need)]);
  });

  it('names both of a network without options', () => {
    expect(missingIsolation(aNetwork({ Options: undefined }))).toHaveLength(2);
  });
});
