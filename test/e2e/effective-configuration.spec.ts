import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { effective, withNames } from '../support/effective.js';
import { engine } from '../support/engine.js';
import { inSandbox } from '../support/sandbox-shell.js';
import { aChatId, type SandboxAnswer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/*
 * Everything about a sandbox that the engine reports to be on, and nothing else: `effective` leaves out what is at its
 * falsy default. A field that is added here by a newer engine, or by us, and is on, fails the test until somebody has
 * looked at it. Where engines differ by their host or age, the value is taken from the engine, and says so.
 */

const bind = (Source: string, Target: string): unknown => ({
  Type: 'bind',
  Source,
  Target,
  BindOptions: { Propagation: 'rprivate' },
});

const HOST_CONFIG = {
  NetworkMode: '<network>',
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  Init: true,
  IpcMode: 'private',
  RestartPolicy: { Name: 'no' },
  PidsLimit: 256,
  Memory: 536870912,
  MemorySwap: 536870912,
  NanoCpus: 1000000000,
  Ulimits: [{ Name: 'nofile', Hard: 4096, Soft: 4096 }],
  LogConfig: { Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10485760' } },
  ShmSize: 67108864,
  Mounts: [
    bind('<directory>/own/chats/<chat>', '/workspace/chat'),
    bind('<directory>/volume', '/workspace/volume'),
    { ...(bind('<directory>/own/dependencies', '/opt/dependencies') as object), ReadOnly: true },
    { ...(bind('<directory>/own/tools', '/opt/lambda-tools') as object), ReadOnly: true },
  ],
};

/** What the engines since 20.10 mask and close; younger ones add to it. */
const MASKED = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
];
const CLOSED = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

const CONFIG = {
  Hostname: '<short id>',
  Env: ['AGENT_ID=agent-test'],
  Cmd: ['/main'],
  Image: '<image>',
  Labels: {
    agent_id: 'agent-test',
    chat_id: '<chat>',
    created_at: expect.any(String),
    endpoint_port: '8000',
    expires_at: '<expiry>',
    instance: '<network>',
    'managed-by': 'sandbox-master',
    'schema-version': '1',
    session_id: '<session>',
    volume_host_path: '<directory>/volume',
  },
};

const ENDPOINT = {
  NetworkID: expect.any(String),
  EndpointID: expect.any(String),
  Gateway: expect.any(String),
  IPAddress: '<address>',
  IPPrefixLen: expect.any(Number),
  MacAddress: expect.any(String),
};

type Facts = Readonly<Record<string, unknown>>;

const without = (facts: Facts, ...fields: readonly string[]): Facts =>
  Object.fromEntries(Object.entries(facts).filter(([name]) => !fields.includes(name)));

describe('what the engine makes of a sandbox', () => {
  let service: Service;
  let body: SandboxAnswer;
  let info: Docker.ContainerInspectInfo;
  let engineInfo: Facts;

  beforeAll(async () => {
    service = await Service.start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
    body = (await service.create(aChatId())).body;
    info = await engine.getContainer(body.container_id).inspect();
    engineInfo = (await engine.info()) as Facts;
  });
  afterAll(() => service.dispose());

  const seen = (value: unknown): Facts =>
    effective(
      withNames(value, {
        [body.container_id]: '<id>',
        [body.container_id.slice(0, 12)]: '<short id>',
        [body.chat_id]: '<chat>',
        [body.session_id]: '<session>',
        [body.expires_at]: '<expiry>',
        [body.endpoint.ip]: '<address>',
        [service.directory]: '<directory>',
        [service.network]: '<network>',
        [info.Config.Image]: '<image>',
      }),
    ) as Facts;

  it('is this host configuration, and nothing beyond it is on', () => {
    const found = seen(info.HostConfig);
    expect(without(found, 'MaskedPaths', 'ReadonlyPaths', 'CgroupnsMode', 'Runtime')).toEqual(HOST_CONFIG);
    expect(found.MaskedPaths).toEqual(expect.arrayContaining(MASKED));
    expect(found.ReadonlyPaths).toEqual(expect.arrayContaining(CLOSED));
    expect(found.Runtime).toBe(engineInfo.DefaultRuntime);
    // The engine's default: with cgroups of version 1 there is no private namespace.
    expect(found.CgroupnsMode).toBe(engineInfo.CgroupVersion === '2' ? 'private' : 'host');
  });

  it('is this configuration, and nothing beyond it is on', () => {
    expect(seen(info.Config)).toEqual(CONFIG);
  });

  it('is on the one network, with no port published', () => {
    const { Networks = {}, ...rest } = seen(info.NetworkSettings);
    expect(rest).toEqual({ SandboxID: expect.any(String), SandboxKey: expect.any(String) });
    expect(Object.keys(Networks as Facts)).toEqual(['<network>']);
    const endpoint = (Networks as Record<string, Facts>)['<network>'] ?? {};
    // Names for the engine's resolver, as engines since 25 list them anew.
    expect(without(endpoint, 'Aliases', 'DNSNames')).toEqual(ENDPOINT);
    for (const names of [endpoint.Aliases, endpoint.DNSNames])
      for (const name of (names ?? []) as string[])
        expect(['<short id>', `sandbox-<network>-<chat>`]).toContain(name);
  });

  it('is under no other profile than the engine has for all', () => {
    const isConfined = JSON.stringify(engineInfo.SecurityOptions).includes('name=apparmor');
    expect(info.AppArmorProfile).toBe(isConfined ? 'docker-default' : '');
  });

  it('is so in the eyes of the kernel: no capability, none to be gained, system calls filtered', async () => {
    const status = await inSandbox(
      body.container_id,
      "/bin/busybox sed -n 's/^\\(Cap...\\|NoNewPrivs\\|Seccomp\\):[[:space:]]*/\\1 /p' /proc/1/status",
    );
    expect(status.trim().split('\n')).toEqual([
      'CapInh 0000000000000000',
      'CapPrm 0000000000000000',
      'CapEff 0000000000000000',
      'CapBnd 0000000000000000',
      'CapAmb 0000000000000000',
      'NoNewPrivs 1',
      'Seccomp 2',
    ]);
  });

  it('would show what is new and on, and not what is new and off', () => {
    const changed = { ...info.HostConfig, GpuAccess: ['all'], Shielded: false, Extra: { Deep: [0, null] } };
    expect(without(seen(changed), ...Object.keys(seen(info.HostConfig)))).toEqual({ GpuAccess: ['all'] });
  });
});
