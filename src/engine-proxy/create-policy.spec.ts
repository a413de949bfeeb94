import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../test/builders/configuration.js';
import { aClaim } from '../../test/builders/containers.js';
import { containerSpec } from '../sandbox/adapters/docker/container-spec.js';
import { networkSpec } from '../sandbox/adapters/docker/sandbox-network.js';
import { allowedContainer, allowedNetwork } from './create-policy.js';

const KEYS = { chatsRoot: '/srv/chats', capAdd: ['CHOWN'] };
const sandbox = aSandboxConfig(KEYS);
const TERMS = { instance: 'default', sandbox };
const CLAIM = aClaim({ volumeHostPath: '/srv/volume' });

type Mapping = Record<string, unknown>;

/** What the service asks for, as it comes over the wire. */
function aBody(change: (body: Mapping, hostConfig: Mapping) => void = () => undefined): Mapping {
  const container = { claim: CLAIM, chatHostPath: `/srv/chats/${CLAIM.chatId}` };
  const spec = containerSpec(container, aSandboxConfig({ ...KEYS, env: { MODEL: 'm' } }), 'default');
  const body = JSON.parse(JSON.stringify({ ...spec, name: undefined })) as Mapping;
  change(body, body.HostConfig as Mapping);
  return body;
}

const NAME = `sandbox-${CLAIM.chatId}`;
const judge = (body: unknown, name = NAME) => allowedContainer(name, body, TERMS);

describe('allowedContainer', () => {
  it('lets pass what the service asks for, its environment too, and names what is mounted', () => {
    expect(judge(aBody())).toEqual({
      body: aBody(),
      sources: [
        `/srv/chats/${CLAIM.chatId}`,
        '/srv/volume',
        'var/sandbox/dependencies',
        'var/sandbox/lambda-tools',
      ],
      volume: '/srv/volume',
      holderId: null,
    });
  });

  describe('of a service that keeps networks ready', () => {
    const HOLDER = 'a'.repeat(64);
    const terms = { ...TERMS, sandbox: aSandboxConfig({ ...KEYS, networkPoolSize: 2 }) };
    const inNetworkOf = (holderId: string) =>
      aBody((body, hostConfig) => {
        (body.Labels as Mapping).network_holder = holderId;
        hostConfig.NetworkMode = `container:${holderId}`;
        delete hostConfig.ExtraHosts;
        delete body.NetworkingConfig;
      });

    it("lets pass a container in a holder's network, and names the holder", () => {
      const given = inNetworkOf(HOLDER);
      expect(allowedContainer(NAME, given, terms)).toMatchObject({ body: given, holderId: HOLDER });
      expect(allowedContainer(NAME, aBody(), terms)).toMatchObject({ body: aBody(), holderId: null });
    });

    it('refuses one without such networks', () => {
      expect(() => judge(inNetworkOf(HOLDER))).toThrow(/NetworkingConfig is missing/);
    });

    it.each(['sandbox-pool-0', HOLDER.slice(1), HOLDER.toUpperCase(), `${HOLDER}\n`, ''])(
      'refuses a holder that is not named by its whole id: %j',
      (holderId) => {
        expect(() => allowedContainer(NAME, inNetworkOf(holderId), terms)).toThrow(/Labels\.network_holder/);
      },
    );

    it.each<[string, (body: Mapping, hostConfig: Mapping) => void, RegExp]>([
      ["another container's network", (_, host) => (host.NetworkMode = 'container:x'), /NetworkMode/],
      ['a network besides', (body) => (body.NetworkingConfig = {}), /NetworkingConfig is nothing/],
      ['names of hosts', (_, host) => (host.ExtraHosts = ['x:10.0.0.1']), /ExtraHosts is nothing/],
      ['no such label', (body) => delete (body.Labels as Mapping).network_holder, /NetworkMode|missing/],
    ])('refuses %s', (_, change, message) => {
      const given = inNetworkOf(HOLDER);
      change(given, given.HostConfig as Mapping);
      expect(() => allowedContainer(NAME, given, terms)).toThrow(message);
    });
  });

  const onNetwork = (name: string) =>
    aBody((body, hostConfig) => {
      hostConfig.NetworkMode = name;
      body.NetworkingConfig = { EndpointsConfig: { [name]: {} } };
    });

  it.each(['sandbox-2', 'sandbox-16'])('lets pass a container on the further network %s', (name) => {
    expect(judge(onNetwork(name)).body).toEqual(onNetwork(name));
  });

  it.each(['sandbox-1', 'sandbox-02', 'sandbox-17', 'sandbox-x', 'other-2', 'none'])(
    'refuses one on %s',
    (name) => {
      expect(() => judge(onNetwork(name))).toThrow(/NetworkMode|EndpointsConfig/);
    },
  );

  it('refuses one on two of its networks', () => {
    const body = onNetwork('sandbox-2');
    body.NetworkingConfig = { EndpointsConfig: { 'sandbox-2': {}, sandbox: {} } };
    expect(() => judge(body)).toThrow(/EndpointsConfig\.sandbox is nothing/);
  });

  const bind = { Type: 'bind', Source: '/', Target: '/host' };
  it.each<[string, (body: Mapping, hostConfig: Mapping) => void, RegExp]>([
    ['Binds', (_, host) => (host.Binds = ['/:/host']), /HostConfig\.Binds is nothing/],
    ['Privileged', (_, host) => (host.Privileged = true), /HostConfig\.Privileged is true/],
    ['Devices', (_, host) => (host.Devices = [{ PathOnHost: '/dev/sda' }]), /HostConfig\.Devices is nothing/],
    ['DeviceRequests', (_, host) => (host.DeviceRequests = []), /HostConfig\.DeviceRequests/],
    ['DeviceCgroupRules', (_, host) => (host.DeviceCgroupRules = ['a *:* rwm']), /DeviceCgroupRules/],
    ['a capability beyond', (_, host) => (host.CapAdd = ['CHOWN', 'SYS_ADMIN']), /HostConfig\.CapAdd/],
    ['fewer dropped', (_, host) => (host.CapDrop = []), /HostConfig\.CapDrop/],
    [
      'the network of the host',
      (_, host) => (host.NetworkMode = 'host'),
      /HostConfig\.NetworkMode is "host"/,
    ],
    ["a container's network", (_, host) => (host.NetworkMode = 'container:x'), /HostConfig\.NetworkMode/],
    ['the processes of the host', (_, host) => (host.PidMode = 'host'), /HostConfig\.PidMode/],
    ['the IPC of the host', (_, host) => (host.IpcMode = 'host'), /HostConfig\.IpcMode/],
    ['the users of the host', (_, host) => (host.UsernsMode = 'host'), /HostConfig\.UsernsMode/],
    ['the names of the host', (_, host) => (host.UTSMode = 'host'), /HostConfig\.UTSMode/],
    ['the cgroups of the host', (_, host) => (host.CgroupnsMode = 'host'), /HostConfig\.CgroupnsMode/],
    ['a parent cgroup', (_, host) => (host.CgroupParent = '/'), /HostConfig\.CgroupParent/],
    [
      'no seccomp profile',
      (_, host) => (host.SecurityOpt = ['no-new-privileges:true', 'seccomp=unconfined']),
      /HostConfig\.SecurityOpt/,
    ],
    ['no AppArmor profile', (_, host) => (host.SecurityOpt = ['apparmor=unconfined']), /SecurityOpt/],
    ['unmasked paths', (_, host) => (host.MaskedPaths = []), /HostConfig\.MaskedPaths/],
    ['sysctls', (_, host) => (host.Sysctls = { 'kernel.shm_rmid_forced': '1' }), /HostConfig\.Sysctls/],
    ['volumes of others', (_, host) => (host.VolumesFrom = ['x']), /HostConfig\.VolumesFrom/],
    ['published ports', (_, host) => (host.PortBindings = {}), /HostConfig\.PortBindings/],
    ['another runtime', (_, host) => (host.Runtime = 'other'), /HostConfig\.Runtime/],
    ['no limit of memory', (_, host) => (host.Memory = 0), /HostConfig\.Memory/],
    ['no limit of processes', (_, host) => (host.PidsLimit = -1), /HostConfig\.PidsLimit/],
    [
      'another mount',
      (_, host) => (host.Mounts = [...(host.Mounts as unknown[]), bind]),
      /HostConfig\.Mounts/,
    ],
    [
      'another source',
      (_, host) => ((host.Mounts as Mapping[])[0] = { ...bind, Target: '/workspace/chat' }),
      /HostConfig\.Mounts\[0\]/,
    ],
    [
      'writable tools',
      (_, host) => (((host.Mounts as Mapping[])[3] as Mapping).ReadOnly = false),
      /HostConfig\.Mounts\[3\]\.ReadOnly/,
    ],
    [
      'shared propagation',
      (_, host) => (((host.Mounts as Mapping[])[1] as Mapping).BindOptions = { Propagation: 'rshared' }),
      /Propagation/,
    ],
    ['another image', (body) => (body.Image = 'other'), /Image is "other"/],
    ['another user', (body) => (body.User = '0'), /User is nothing/],
    ['a command', (body) => (body.Cmd = ['/bin/sh']), /Cmd is nothing/],
    ['volumes', (body) => (body.Volumes = { '/x': {} }), /Volumes is nothing/],
    [
      'the field in small letters',
      (body) => (body.hostconfig = { privileged: true }),
      /hostconfig is nothing/,
    ],
    [
      'another network',
      (body) => (body.NetworkingConfig = { EndpointsConfig: { bridge: {} } }),
      /EndpointsConfig\.bridge is nothing/,
    ],
    ['a label beyond', (body) => ((body.Labels as Mapping).x = 'y'), /Labels\.x is nothing/],
    ['another instance', (body) => ((body.Labels as Mapping).instance = 'other'), /Labels\.instance/],
    [
      'a time left out',
      (body) => delete (body.Labels as Mapping).created_at,
      /Labels\.created_at is missing/,
    ],
    ['labels of no sandbox', (body) => (body.Labels = {}), /Labels are not those of a sandbox/],
    ['labels that are no texts', (body) => (body.Labels = { chat_id: 1 }), /Labels are not those/],
    ['no environment', (body) => delete body.Env, /Env is no list/],
    ['another agent', (body) => (body.Env = ['AGENT_ID=other']), /AGENT_ID/],
    ['two agents', (body) => (body.Env = ['AGENT_ID=x', `AGENT_ID=${CLAIM.agentId}`]), /AGENT_ID/],
  ])('refuses %s', (_, change, message) => {
    expect(() => judge(aBody(change))).toThrow(message);
  });

  it('refuses another name', () => {
    expect(() => judge(aBody(), 'other')).toThrow(/^the engine proxy refuses: name is "other"/);
  });

  it.each([null, [], 'text', 7])('refuses %j', (body) => {
    expect(() => judge(body)).toThrow(/Labels are not those/);
  });

  it('gives the engine fields in one copy, whatever the client has sent twice', () => {
    const text = JSON.stringify(aBody()).replace('{', '{"HostConfig":{"Binds":["/:/host"]},');
    expect(JSON.stringify(judge(JSON.parse(text)).body)).not.toContain('Binds');
  });
});

describe('allowedNetwork', () => {
  const terms = { name: 'sandbox', instance: 'default', isIsolated: true };

  it('lets pass what the service asks for', () => {
    expect(allowedNetwork(networkSpec(terms), terms, 16)).toEqual(networkSpec(terms));
  });

  it('lets pass a further network, with a bridge of its own', () => {
    const further = networkSpec({ ...terms, name: 'sandbox-2' });
    expect(allowedNetwork(further, terms, 16)).toEqual(further);
    expect(further.Options).not.toEqual(networkSpec(terms).Options);
    expect(() => allowedNetwork({ ...further, Options: networkSpec(terms).Options }, terms, 16)).toThrow(
      /Options/,
    );
  });

  it.each(['sandbox-1', 'sandbox-02', 'sandbox-17', 'sandbox-2x'])('refuses the name %s', (name) => {
    expect(() => allowedNetwork(networkSpec({ ...terms, name }), terms, 16)).toThrow(/Name|Options/);
  });

  it.each([
    ['another driver', { Driver: 'macvlan' }, /Driver/],
    ['less isolation', { Options: {} }, /Options\.com\.docker\.network\.bridge\.enable_icc is missing/],
    ['another name', { Name: 'bridge' }, /Name/],
    ['addresses of its choice', { IPAM: {} }, /IPAM is nothing/],
  ])('refuses %s', (_, change, message) => {
    expect(() => allowedNetwork({ ...networkSpec(terms), ...change }, terms, 16)).toThrow(message);
  });
});
