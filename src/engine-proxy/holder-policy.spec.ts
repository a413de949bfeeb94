import { describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../test/builders/configuration.js';
import { NOW } from '../../test/builders/times.js';
import { holderSpec } from '../sandbox/adapters/docker/holder-spec.js';
import { allowedHolder, isMeantAsHolder } from './holder-policy.js';

const NAME = 'sandbox-pool-0123456789abcdef';
const KEYS = { networkPoolSize: 2, extraHosts: ['one:10.0.0.1'] };
const TERMS = { instance: 'default', sandbox: aSandboxConfig(KEYS) };

type Mapping = Record<string, unknown>;

/** What the service asks for, as it comes over the wire. */
function aBody(change: (body: Mapping, hostConfig: Mapping) => void = () => undefined, network = 'sandbox') {
  const spec = holderSpec(NAME, NOW, aSandboxConfig(KEYS), 'default', network);
  const body = JSON.parse(JSON.stringify({ ...spec, name: undefined })) as Mapping;
  change(body, body.HostConfig as Mapping);
  return body;
}

const judge = (body: unknown, name = NAME) => allowedHolder(name, body, TERMS);

describe('allowedHolder', () => {
  it.each(['sandbox', 'sandbox-2', 'sandbox-16'])('lets pass what the service asks for, on %s', (network) => {
    const body = aBody(undefined, network);
    expect(judge(body)).toEqual(body);
  });

  it.each(['sandbox-1', 'sandbox-17', 'bridge', 'host', 'container:x'])('refuses one on %s', (network) => {
    expect(() => judge(aBody(undefined, network))).toThrow(/NetworkMode|EndpointsConfig/);
  });

  it.each([
    '',
    'sandbox-pool-0123456789abcde',
    'sandbox-pool-0123456789ABCDEF',
    'sandbox-pool-0123456789abcdef0',
    'x-sandbox-pool-0123456789abcdef',
    'sandbox-other-pool-0123456789abcdef',
  ])('refuses the name %j', (name) => {
    expect(() => judge(aBody(), name)).toThrow(/which no network holder has/);
  });

  it.each<[string, (body: Mapping, hostConfig: Mapping) => void, RegExp]>([
    ['another image', (body) => (body.Image = 'agent'), /Image is "agent"/],
    ['another command', (body) => (body.Cmd = ['/bin/sh']), /Cmd\[0\]/],
    ['an entry point', (body) => (body.Entrypoint = ['/bin/sh']), /Entrypoint is nothing/],
    ['an environment', (body) => (body.Env = []), /Env is nothing/],
    ['another user', (body) => (body.User = '0:0'), /User is "0:0"/],
    ['a mount', (_, host) => (host.Mounts = []), /Mounts is nothing/],
    ['binds', (_, host) => (host.Binds = ['/:/host']), /Binds is nothing/],
    ['privileges', (_, host) => (host.Privileged = true), /Privileged/],
    ['capabilities', (_, host) => (host.CapAdd = ['NET_ADMIN']), /CapAdd is nothing/],
    ['the processes of the host', (_, host) => (host.PidMode = 'host'), /PidMode is nothing/],
    ['other names of hosts', (_, host) => (host.ExtraHosts = []), /ExtraHosts/],
    ['a life of its own', (_, host) => (host.RestartPolicy = { Name: 'always' }), /RestartPolicy\.Name/],
    ['no end with its input', (body) => (body.StdinOnce = false), /StdinOnce/],
    ['a label beyond', (body) => ((body.Labels as Mapping).chat_id = 'x'), /Labels\.chat_id is nothing/],
    ['no time', (body) => delete (body.Labels as Mapping).created_at, /Labels\.created_at is missing/],
    ['no true time', (body) => ((body.Labels as Mapping).created_at = 'x'), /Labels\.created_at/],
  ])('refuses %s', (_, change, message) => {
    expect(() => judge(aBody(change))).toThrow(message);
  });
});

describe('isMeantAsHolder', () => {
  it('goes by the labels, and by whether networks are kept ready', () => {
    expect(isMeantAsHolder(aBody(), TERMS)).toBe(true);
    expect(isMeantAsHolder(aBody(), { ...TERMS, instance: 'other' })).toBe(false);
    expect(isMeantAsHolder(aBody(), { instance: 'default', sandbox: aSandboxConfig() })).toBe(false);
    for (const other of [{ Labels: {} }, {}, null, 'text']) expect(isMeantAsHolder(other, TERMS)).toBe(false);
  });
});
