import { describe, expect, it } from '@jest/globals';
import { aClaim } from '../../../../test/builders/containers.js';
import { minutesAgo, NOW } from '../../../../test/builders/times.js';
import { isManaged, isOwnedBy, type Labels, ownerLabels, readClaim, toLabels } from './labels.js';

const labels = toLabels(aClaim(), 'default');

const without = (...names: string[]): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));

describe('toLabels', () => {
  it('bears every label, and nothing else', () => {
    expect(labels).toEqual({
      session_id: '00000000-0000-4000-8000-000000001001',
      chat_id: '00000000-0000-4000-8000-000000000001',
      expires_at: '2026-04-02T21:10:38.292Z',
      agent_id: 'agent-local',
      volume_host_path: '/tmp/volume',
      endpoint_port: '8000',
      'managed-by': 'sandbox-master',
      instance: 'default',
      created_at: '2026-04-02T21:05:38.292Z',
      'schema-version': '1',
    });
  });

  it('says no chat of what is only owned', () => {
    expect(ownerLabels('staging')).toEqual({ 'managed-by': 'sandbox-master', instance: 'staging' });
  });
});

describe('readClaim', () => {
  it.each([
    ['session_id', ['', 'x', '3701cfe3']],
    ['chat_id', ['', 'no-uuid']],
    ['agent_id', ['']],
    ['volume_host_path', ['', 'relative/path', '~/path']],
    ['endpoint_port', ['', '0', '-1', '65536', '80.5', 'http', '8000x', 'NaN', 'Infinity']],
    ['expires_at', ['', 'tomorrow', '1775164238', '2026-13-45T00:00:00Z', '2026-04-02']],
    ['created_at', ['', 'yesterday', '2026-04-02', '+002026-04-02T21:10:38Z']],
    ['schema-version', ['', '2', '1.0', 'one']],
  ])('cannot read a %s of %j', (label, values) => {
    for (const value of values) {
      expect([value, readClaim({ ...labels, [label]: value }, NOW)]).toEqual([value, null]);
    }
  });

  it.each(['session_id', 'chat_id', 'agent_id', 'volume_host_path', 'endpoint_port', 'expires_at'])(
    'cannot do without %s',
    (label) => {
      expect(readClaim(without(label), NOW)).toBeNull();
    },
  );

  it("takes the container's own time where the label of an older service is missing", () => {
    const claim = readClaim(without('created_at', 'schema-version', 'instance', 'managed-by'), minutesAgo(7));
    expect(claim).toEqual(aClaim({ createdAt: minutesAgo(7) }));
  });

  it.each([
    ['2026-04-02T21:10:38.292+00:00', '2026-04-02T21:10:38.292Z'],
    ['2026-04-02T21:10:38.292123+00:00', '2026-04-02T21:10:38.292Z'],
    ['2026-04-02T23:10:38+0200', '2026-04-02T21:10:38.000Z'],
    ['2026-04-02T21:10:38', '2026-04-02T21:10:38.000Z'],
    ['2026-04-02T21:10:38.292z', '2026-04-02T21:10:38.292Z'],
  ])('reads the time %s as %s', (text, expected) => {
    expect(readClaim({ ...labels, expires_at: text }, NOW)?.expiresAt.toISOString()).toBe(expected);
  });

  it.each([1, 65_535])('takes %i for a port', (port) => {
    expect(readClaim({ ...labels, endpoint_port: String(port) }, NOW)?.endpointPort).toBe(port);
  });

  it('gives ids in canonical form', () => {
    const spelt = { ...labels, chat_id: aClaim().chatId.toUpperCase().replaceAll('-', '') };
    expect(readClaim(spelt, NOW)?.chatId).toBe(aClaim().chatId);
  });
});

describe('isManaged', () => {
  it.each([
    ["this instance's", labels, true],
    ["another instance's", toLabels(aClaim(), 'staging'), true],
    ["another manager's", { ...labels, 'managed-by': 'compose' }, false],
    ["an older service's, which named no manager", without('managed-by', 'instance'), false],
    ['no label at all', {}, false],
  ])('%s', (_, given, expected) => {
    expect(isManaged(given)).toBe(expected);
  });
});

describe('isOwnedBy', () => {
  it.each([
    ['its own instance', toLabels(aClaim(), 'staging'), 'staging', true],
    ['another instance', toLabels(aClaim(), 'staging'), 'default', false],
    ['a name that only begins alike', toLabels(aClaim(), 'staging2'), 'staging', false],
    ["another manager's", { ...labels, 'managed-by': 'compose' }, 'default', false],
    ["nobody's manager", without('managed-by'), 'default', false],
    ["an older service's for the default instance", without('managed-by', 'instance'), 'default', true],
    ["an older service's for another instance", without('managed-by', 'instance'), 'staging', false],
    ['five of the first six labels', without('managed-by', 'instance', 'agent_id'), 'default', false],
    ['no label at all', {}, 'default', false],
  ])('%s', (_, given, instance, expected) => {
    expect(isOwnedBy(given, instance)).toBe(expected);
  });
});
