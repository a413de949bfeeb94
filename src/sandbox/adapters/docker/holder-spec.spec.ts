import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { NOW } from '../../../../test/builders/times.js';
import { holderSpec } from './holder-spec.js';

const specOf = (overrides: Parameters<typeof aSandboxConfig>[0] = {}) =>
  holderSpec('sandbox-pool-0', NOW, aSandboxConfig(overrides), 'default');

describe('holderSpec', () => {
  it('asks for a container that can do nothing, mounts nothing and is told nothing', () => {
    const { HostConfig, Env, User } = specOf({ env: { SECRET: 'x' }, capAdd: ['CHOWN'], user: '0:0' });
    expect(HostConfig).toMatchObject({
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Memory: 33_554_432,
      MemorySwap: 33_554_432,
      RestartPolicy: { Name: 'no' },
      AutoRemove: true,
      LogConfig: { Type: 'none' },
    });
    for (const field of ['Mounts', 'Binds', 'CapAdd', 'Init', 'Devices'])
      expect(HostConfig).not.toHaveProperty(field);
    expect([Env, User]).toEqual([undefined, '65534:65534']);
  });

  it('ends with its input', () => {
    expect(specOf()).toMatchObject({ OpenStdin: true, StdinOnce: true, AttachStdin: true });
  });

  it('is on the network of sandboxes, and knows the hosts that they are to know', () => {
    expect(specOf({ networkName: 'n', extraHosts: ['one:10.0.0.1'] })).toMatchObject({
      HostConfig: { NetworkMode: 'n', ExtraHosts: ['one:10.0.0.1'] },
      NetworkingConfig: { EndpointsConfig: { n: {} } },
    });
  });

  it('bears its owner and what it is for, is found by the label that sandboxes bear, and is no chat’s', () => {
    expect(specOf({ agentServicePort: 9000 }).Labels).toEqual({
      endpoint_port: '9000',
      'managed-by': 'sandbox-master',
      instance: 'default',
      created_at: NOW.toISOString(),
      'schema-version': '1',
      role: 'network-holder',
    });
  });
});
