import { describe, expect, it } from '@jest/globals';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { aClaim } from '../../../../test/builders/containers.js';
import { fromInspection, fromListing } from './container-view.js';
import { toLabels } from './labels.js';

const VIEWPOINT = { instance: 'default', counts: (name: string) => name === 'sandbox' };
const NAME = `/sandbox-${aClaim().chatId}`;

interface Facts {
  readonly labels?: Record<string, string>;
  readonly name?: string;
  readonly status?: string;
  readonly mode?: string;
  readonly networks?: Record<string, { NetworkID?: string; IPAddress?: string; GlobalIPv6Address?: string }>;
  readonly exitCode?: number;
}

const DEFAULTS = {
  labels: { ...toLabels(aClaim(), 'default') },
  name: NAME,
  status: 'running',
  networks: { sandbox: { IPAddress: '172.18.0.2', GlobalIPv6Address: '' } },
  exitCode: 0,
};

const inspected = (facts: Facts = {}): ContainerInspectInfo => {
  const { labels, name, status, networks, exitCode } = { ...DEFAULTS, ...facts };
  return {
    Id: 'c1',
    Name: name,
    Created: '2026-04-02T21:05:38.292123456Z',
    Config: { Labels: labels },
    State: { Status: status, ExitCode: exitCode },
    HostConfig: { NetworkMode: facts.mode ?? 'sandbox' },
    NetworkSettings: { Networks: networks },
  } as unknown as ContainerInspectInfo;
};

const listed = (facts: Facts = {}): ContainerInfo => {
  const { labels, name, status, networks } = { ...DEFAULTS, ...facts };
  return {
    Id: 'c1',
    Names: ['/other/alias', name],
    Created: 1_775_163_938,
    Labels: labels,
    State: status,
    HostConfig: { NetworkMode: facts.mode ?? 'sandbox' },
    NetworkSettings: { Networks: networks },
  } as unknown as ContainerInfo;
};

const views = (facts?: Facts) => [
  fromInspection(inspected(facts), VIEWPOINT),
  fromListing(listed(facts), VIEWPOINT),
];

describe('a container, inspected or listed', () => {
  it('is seen the same either way', () => {
    const expected = {
      containerId: 'c1',
      ownership: 'ours',
      hasChatName: true,
      state: 'running',
      ip: '172.18.0.2',
      networkHolderId: null,
      exitCode: null,
      claim: aClaim(),
    };
    expect(views()).toEqual([expected, expected]);
  });

  it.each([
    ['created', 'created'],
    ['running', 'running'],
    ['removing', 'removing'],
    ['paused', 'dead'],
    ['restarting', 'dead'],
    ['exited', 'dead'],
    ['dead', 'dead'],
    ['something new', 'dead'],
  ])('in the status %s is %s', (status, state) => {
    expect(views({ status }).map((view) => view.state)).toEqual([state, state]);
  });

  it.each([
    ['no network', {}],
    ['another network only', { bridge: { IPAddress: '172.17.0.2' } }],
    ['an empty address', { sandbox: { IPAddress: '' } }],
    ['no address at all', { sandbox: {} }],
  ])('has no address with %s', (_, networks) => {
    expect(views({ networks }).map(({ ip }) => ip)).toEqual([null, null]);
  });

  it('has the IPv6 address where it has no other', () => {
    const networks = { sandbox: { IPAddress: '', GlobalIPv6Address: 'fd00::2' } };
    expect(views({ networks }).map(({ ip }) => ip)).toEqual(['fd00::2', 'fd00::2']);
  });

  it('has no address where the network that was asked for is another one of that name', () => {
    const networks = { sandbox: { NetworkID: 'n2', IPAddress: '172.18.0.2' } };
    const ipOn = (networkId: string) => {
      const viewpoint = { ...VIEWPOINT, counts: (_: string, id: string) => id === networkId };
      return [
        fromInspection(inspected({ networks }), viewpoint),
        fromListing(listed({ networks }), viewpoint),
      ].map(({ ip }) => ip);
    };
    expect(ipOn('n1')).toEqual([null, null]);
    expect(ipOn('n2')).toEqual(['172.18.0.2', '172.18.0.2']);
  });

  it('has the address that it has on a further network, and none of a network that does not count', () => {
    const viewpoint = { ...VIEWPOINT, counts: (name: string) => /^sandbox(-2)?$/.test(name) };
    const ipOf = (networks: NonNullable<Facts['networks']>) => [
      fromInspection(inspected({ networks }), viewpoint).ip,
      fromListing(listed({ networks }), viewpoint).ip,
    ];
    const further = { 'a-bridge': { IPAddress: '10.0.0.9' }, 'sandbox-2': { IPAddress: '172.19.0.2' } };
    expect(ipOf(further)).toEqual(['172.19.0.2', '172.19.0.2']);
    expect(ipOf({ ...further, sandbox: { IPAddress: '' } })).toEqual(['172.19.0.2', '172.19.0.2']);
  });

  it("in another's network has that one's address, and none where that has none", () => {
    const facts = { mode: 'container:h1', networks: { sandbox: { IPAddress: '172.18.0.2' } } };
    const seen = (addressOf: (id: string) => string | null) => [
      fromInspection(inspected(facts), VIEWPOINT, addressOf),
      fromListing(listed(facts), VIEWPOINT, addressOf),
    ];
    const of = (id: string): string | null => (id === 'h1' ? '172.18.0.9' : null);
    const [reached, cutOff] = [
      { networkHolderId: 'h1', ip: '172.18.0.9' },
      { networkHolderId: 'h1', ip: null },
    ];
    expect(seen(of)).toMatchObject([reached, reached]);
    expect(seen(() => null)).toMatchObject([cutOff, cutOff]);
  });

  it("does not bear its chat's name when it bears another", () => {
    expect(views({ name: `${NAME}-2` }).map(({ hasChatName }) => hasChatName)).toEqual([false, false]);
  });

  it.each([
    ['another instance', toLabels(aClaim(), 'staging'), 'foreign'],
    ['no label', {}, 'foreign'],
    ['an unknown schema', { ...DEFAULTS.labels, 'schema-version': '2' }, 'unreadable'],
    ['an expiry that is none', { ...DEFAULTS.labels, expires_at: 'soon' }, 'unreadable'],
  ])('with %s claims nothing', (_, labels, ownership) => {
    for (const view of views({ labels })) {
      expect(view).toMatchObject({ ownership, claim: null, hasChatName: false });
    }
  });

  it('takes the time of the engine where an older service left none, to the second in a list', () => {
    const ours = ['created_at', 'instance', 'managed-by'];
    const old = Object.entries(DEFAULTS.labels).filter(([name]) => !ours.includes(name));
    const labels = Object.fromEntries(old);
    const times = views({ labels }).map(({ claim }) => claim?.createdAt.toISOString());
    expect(times).toEqual(['2026-04-02T21:05:38.292Z', '2026-04-02T21:05:38.000Z']);
  });

  it('tells the exit code only of one that ended, and only when inspected', () => {
    const codes = (status: string) => views({ status, exitCode: 137 }).map(({ exitCode }) => exitCode);
    expect(codes('exited')).toEqual([137, null]);
    expect(codes('running')).toEqual([null, null]);
    expect(codes('created')).toEqual([null, null]);
  });
});
