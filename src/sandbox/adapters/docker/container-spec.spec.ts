import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { aClaim } from '../../../../test/builders/containers.js';
import { containerSpec } from './container-spec.js';
import { toLabels } from './labels.js';

const CHAT = aClaim().chatId;
const newContainer = { claim: aClaim(), chatHostPath: `/srv/chats/${CHAT}` };

const PATHS = { dependenciesHostPath: '/srv/dependencies', lambdaToolsHostPath: '/srv/tools' };

const bind = (Source: string, Target: string, ReadOnly: boolean): unknown => ({
  Type: 'bind',
  Source,
  Target,
  ReadOnly,
  BindOptions: { Propagation: 'rprivate' },
});

const SPEC = {
  name: `sandbox-${CHAT}`,
  Image: 'ai-agent:latest',
  Labels: toLabels(aClaim(), 'default'),
  Env: ['AGENT_ID=agent-local'],
  HostConfig: {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: [],
    SecurityOpt: ['no-new-privileges:true'],
    Init: true,
    RestartPolicy: { Name: 'no' },
    AutoRemove: false,
    IpcMode: 'private',
    ReadonlyRootfs: false,
    PidsLimit: 256,
    Memory: 536_870_912,
    MemorySwap: 536_870_912,
    NanoCpus: 1_000_000_000,
    Ulimits: [{ Name: 'nofile', Soft: 4096, Hard: 4096 }],
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10485760', 'max-file': '3' } },
    NetworkMode: 'sandbox',
    ExtraHosts: [],
    Mounts: [
      bind(`/srv/chats/${CHAT}`, '/workspace/chat', false),
      bind('/tmp/volume', '/workspace/volume', false),
      bind('/srv/dependencies', '/opt/dependencies', true),
      bind('/srv/tools', '/opt/lambda-tools', true),
    ],
  },
  NetworkingConfig: { EndpointsConfig: { sandbox: {} } },
};

describe('containerSpec', () => {
  it('asks for exactly this, and for nothing beyond it, by default', () => {
    expect(containerSpec(newContainer, aSandboxConfig(PATHS), 'default')).toStrictEqual(SPEC);
  });

  it('asks for the same in the network of a holder, which has the names of hosts', () => {
    const { NetworkingConfig: _, ...spec } = SPEC;
    const { ExtraHosts: __, ...host } = spec.HostConfig;
    const sandbox = aSandboxConfig({ ...PATHS, extraHosts: ['model:10.0.0.1'] });
    expect(containerSpec(newContainer, sandbox, 'default', { holderId: 'h1' })).toStrictEqual({
      ...spec,
      Labels: { ...spec.Labels, network_holder: 'h1' },
      HostConfig: { ...host, NetworkMode: 'container:h1' },
    });
  });

  it('takes everything that can be configured, and hardens as before', () => {
    const sandbox = aSandboxConfig({
      ...PATHS,
      image: 'agent:2',
      networkName: 'agents',
      chatMountPath: '/c',
      volumeMountPath: '/v',
      dependenciesMountPath: '/d',
      lambdaToolsMountPath: '/t',
      env: { MODE: 'test', EMPTY: '' },
      extraHosts: ['model:10.0.0.1'],
      capAdd: ['CHOWN'],
      user: '1000:1000',
      runtime: 'runsc',
      readOnlyRoot: true,
      tmpfsBytes: 8192,
      pidsLimit: 10,
      memoryBytes: 64 * 1024 * 1024,
      cpus: 0.3,
      nofileLimit: 64,
      logMaxBytes: 5000,
      logMaxFiles: 1,
    });
    expect(containerSpec(newContainer, sandbox, 'staging')).toStrictEqual({
      ...SPEC,
      name: `sandbox-staging-${CHAT}`,
      Image: 'agent:2',
      Labels: toLabels(aClaim(), 'staging'),
      User: '1000:1000',
      Env: ['MODE=test', 'EMPTY=', 'AGENT_ID=agent-local'],
      HostConfig: {
        ...SPEC.HostConfig,
        CapAdd: ['CHOWN'],
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': 'rw,nosuid,nodev,mode=1777,size=8192' },
        Runtime: 'runsc',
        PidsLimit: 10,
        Memory: 67_108_864,
        MemorySwap: 67_108_864,
        NanoCpus: 300_000_000,
        Ulimits: [{ Name: 'nofile', Soft: 64, Hard: 64 }],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '5000', 'max-file': '1' } },
        NetworkMode: 'agents',
        ExtraHosts: ['model:10.0.0.1'],
        Mounts: [
          bind(`/srv/chats/${CHAT}`, '/c', false),
          bind('/tmp/volume', '/v', false),
          bind('/srv/dependencies', '/d', true),
          bind('/srv/tools', '/t', true),
        ],
      },
      NetworkingConfig: { EndpointsConfig: { agents: {} } },
    });
  });

  it('lets AGENT_ID win over a configured one', () => {
    const sandbox = aSandboxConfig({ ...PATHS, env: { AGENT_ID: 'impostor', OTHER: 'kept' } });
    const { Env } = containerSpec(newContainer, sandbox, 'default');
    expect(Env).toEqual(['AGENT_ID=agent-local', 'OTHER=kept']);
  });

  it('gives the engine whole numbers', () => {
    const { HostConfig } = containerSpec(
      newContainer,
      aSandboxConfig({ ...PATHS, cpus: 0.123456789123 }),
      'default',
    );
    expect(HostConfig?.NanoCpus).toBe(123_456_789);
  });
});
