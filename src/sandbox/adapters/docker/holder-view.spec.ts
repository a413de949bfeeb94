import { describe, expect, it } from '@jest/globals';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { aClaim } from '../../../../test/builders/containers.js';
import { addressOfHolder, surveyOf } from './holder-view.js';
import { holderLabels, LABEL, type Labels, toLabels } from './labels.js';

const VIEWPOINT = { instance: 'default', counts: (name: string) => name === 'sandbox' };
const CREATED_AT = new Date('2026-04-02T21:05:38.292Z');

interface Facts {
  readonly id?: string;
  readonly name?: string;
  readonly labels?: Labels;
  readonly state?: string;
  readonly mode?: string;
  readonly networks?: Record<string, { readonly IPAddress: string; readonly NetworkID?: string }>;
}

const listed = ({
  id = 'h1',
  name = 'some',
  labels,
  state = 'running',
  mode,
  networks,
}: Facts): ContainerInfo =>
  ({
    Id: id,
    Names: [`/${name}`],
    Created: 1_775_163_000,
    Labels: labels ?? holderLabels(8000, CREATED_AT, 'default'),
    State: state,
    HostConfig: { NetworkMode: mode ?? 'sandbox' },
    NetworkSettings: { Networks: networks ?? { sandbox: { IPAddress: '172.18.0.9', NetworkID: 'n1' } } },
  }) as unknown as ContainerInfo;

const aSandboxIn = (holderId: string, labels: Labels = {}): ContainerInfo =>
  listed({
    id: 'c1',
    name: `sandbox-${aClaim().chatId}`,
    labels: { ...toLabels(aClaim(), 'default'), ...labels },
    mode: `container:${holderId}`,
    networks: {},
  });

const survey = (...infos: ContainerInfo[]) => surveyOf(infos, VIEWPOINT);

describe('surveyOf', () => {
  it('gives a sandbox the address of its holder, whichever is listed first', () => {
    const expected = { containerId: 'c1', ip: '172.18.0.9', networkHolderId: 'h1', ownership: 'ours' };
    expect(survey(aSandboxIn('h1'), listed({})).containers).toMatchObject([expected]);
    expect(survey(listed({}), aSandboxIn('h1')).containers).toMatchObject([expected]);
  });

  it.each<[string, ContainerInfo[]]>([
    ['is not there', []],
    ['does not run', [listed({ state: 'exited' })]],
    ['was not started', [listed({ state: 'created' })]],
    ['has no address on the network', [listed({ networks: {} })]],
    ['is another instance’s', [listed({ labels: holderLabels(8000, CREATED_AT, 'staging') })]],
    ['is nobody’s', [listed({ labels: {} })]],
    ['is a sandbox', [listed({ labels: toLabels(aClaim(), 'default') })]],
  ])('gives a sandbox no address whose holder %s', (_, holders) => {
    const found = survey(aSandboxIn('h1'), ...holders).containers.find(
      ({ containerId }) => containerId === 'c1',
    );
    expect(found).toMatchObject({ state: 'running', ip: null, networkHolderId: 'h1' });
  });

  it('gives no address on another network that took the name', () => {
    const { containers } = surveyOf([aSandboxIn('h1'), listed({})], {
      ...VIEWPOINT,
      counts: (_, id) => id === 'n2',
    });
    expect(containers).toMatchObject([{ ip: null }]);
  });

  it('shows a holder as it is', () => {
    expect(survey(listed({})).holders).toEqual([
      { holderId: 'h1', isTaken: false, isReferenced: false, state: 'running', createdAt: CREATED_AT },
    ]);
  });

  it('takes one that is frozen for taken, and as running', () => {
    expect(survey(listed({ state: 'paused' })).holders).toMatchObject([{ isTaken: true, state: 'running' }]);
    expect(survey(aSandboxIn('h1'), listed({ state: 'paused' })).containers).toMatchObject([
      { ip: '172.18.0.9' },
    ]);
  });

  it.each<[string, ContainerInfo]>([
    ['is in its network', aSandboxIn('h1')],
    ['is in its network and cannot be read', aSandboxIn('h1', { [LABEL.schemaVersion]: '9' })],
    ['is in its network and another instance’s', aSandboxIn('h1', { [LABEL.instance]: 'staging' })],
    [
      'says so in its label',
      { ...aSandboxIn('h1', { [LABEL.networkHolder]: 'h1' }), HostConfig: { NetworkMode: '' } },
    ],
  ])('takes one for needed where a container %s', (_, container) => {
    expect(survey(listed({}), container).holders).toMatchObject([{ isReferenced: true }]);
  });

  it('does not take a holder for a sandbox', () => {
    expect(survey(listed({})).containers).toEqual([]);
  });

  it('mentions no holder of another instance', () => {
    expect(survey(listed({ labels: holderLabels(8000, CREATED_AT, 'staging') }))).toEqual({
      containers: [],
      holders: [],
    });
  });
});

describe('addressOfHolder', () => {
  const inspected = (labels: Labels, status = 'running') =>
    ({
      Config: { Labels: labels },
      State: { Status: status },
      NetworkSettings: { Networks: { sandbox: { IPAddress: '172.18.0.9' } } },
    }) as unknown as ContainerInspectInfo;
  const labels = holderLabels(8000, CREATED_AT, 'default');

  it('is that of one of ours that runs, and of no other', () => {
    expect(addressOfHolder(inspected(labels), VIEWPOINT)).toBe('172.18.0.9');
    expect(addressOfHolder(inspected(labels, 'paused'), VIEWPOINT)).toBe('172.18.0.9');
    expect(addressOfHolder(inspected(labels, 'exited'), VIEWPOINT)).toBeNull();
    expect(addressOfHolder(inspected({}), VIEWPOINT)).toBeNull();
    expect(addressOfHolder(inspected(holderLabels(8000, CREATED_AT, 'staging')), VIEWPOINT)).toBeNull();
  });
});
