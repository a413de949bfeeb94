import { describe, expect, it } from '@jest/globals';
import { aSandbox } from '../../../test/builders/containers.js';
import { conflictBetween } from './conflict.js';

describe('conflictBetween', () => {
  const active = aSandbox({ agentId: 'agent', volumeHostPath: '/tmp/volume' });

  it.each([
    ['nothing', {}, []],
    ['the agent', { agentId: 'other' }, ['agent_id']],
    ['the volume', { volumeHostPath: '/tmp/other' }, ['volume_host_path']],
    ['both', { agentId: 'other', volumeHostPath: '/tmp/other' }, ['agent_id', 'volume_host_path']],
    ['the case of the agent', { agentId: 'Agent' }, ['agent_id']],
  ])('names what differs: %s', (_, difference, fields) => {
    expect(conflictBetween(active, { ...active, ...difference })).toEqual(fields);
  });
});
