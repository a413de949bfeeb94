import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { minutesFromNow, NOW } from '../../../test/builders/times.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('CreateSandbox', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  describe('for a chat that has none', () => {
    it('starts one and answers with what it is', async () => {
      const sandbox = await replica.create();
      const [container] = replica.engine.running;
      expect(sandbox).toEqual({
        sessionId: expect.any(String),
        chatId: CHAT,
        agentId: 'agent-local',
        volumeHostPath: '/tmp/volume',
        containerId: container?.containerId,
        endpoint: { ip: container?.ip, port: 8000 },
        createdAt: NOW,
        expiresAt: minutesFromNow(5),
      });
    });

    it('has it bear its own name, directory and claim', async () => {
      const sandbox = await replica.create();
      const { sessionId, expiresAt } = sandbox;
      expect(replica.engine.findByName(`sandbox-${CHAT}`)).toMatchObject({
        chatHostPath: `/chats/${CHAT}`,
        claim: {
          sessionId,
          chatId: CHAT,
          expiresAt,
          createdAt: NOW,
          volumeHostPath: '/tmp/volume',
          endpointPort: 8000,
        },
      });
      expect([...replica.directories.made]).toEqual([CHAT]);
    });

    it('keeps it on record', async () => {
      const sandbox = await replica.create();
      expect(await replica.registry.list()).toEqual([sandbox]);
    });

    it('makes the network first, whenever the engine comes', async () => {
      await replica.create();
      expect(replica.engine.networks.has('sandbox')).toBe(true);
    });

    it('takes the port and the life time from the configuration', async () => {
      replica = new Replica({ sandbox: { agentServicePort: 9000, ttlSeconds: 0.5 } });
      const { endpoint, expiresAt } = await replica.create();
      expect([endpoint.port, expiresAt.getTime() - NOW.getTime()]).toEqual([9000, 500]);
    });

    it('tells that it was created', async () => {
      const { sessionId } = await replica.create();
      expect(replica.logger.fieldsOf('sandbox_created')).toMatchObject([
        { chat_id: CHAT, session_id: sessionId },
      ]);
      expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created']);
      expect(replica.tracer.spans).toMatchObject([
        {
          name: 'usecase.create_sandbox',
          attributes: { 'sandbox.result': 'created', 'session.id': sessionId },
        },
      ]);
    });

    it('does not share it with another chat', async () => {
      const [one, other] = [await replica.create(), await replica.create({ chatId: OTHER_CHAT })];
      expect(other.containerId).not.toBe(one.containerId);
      expect(other.endpoint.ip).not.toBe(one.endpoint.ip);
    });

    it('starts it also where the volume may not be writable, and says so', async () => {
      replica.paths.isWritable = false;
      await replica.create();
      expect(replica.logger.fieldsOf('sandbox_volume_not_writable')).toMatchObject([
        { volume_host_path: '/tmp/volume', hint: expect.stringMatching(/sandbox\.user.*sandbox\.cap_add/) },
      ]);
    });
  });

  describe('for a chat whose sandbox is active', () => {
    it('answers with that one as it is, and its expiry does not move', async () => {
      const first = await replica.create();
      replica.clock.advanceSeconds(60);
      expect(await replica.create()).toEqual(first);
      expect(replica.engine.containersEverMade).toBe(1);
      expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created', 'reused']);
    });

    it('still does so a moment before its end', async () => {
      const first = await replica.create();
      replica.clock.advanceSeconds(299.999);
      expect(await replica.create()).toEqual(first);
    });

    it('compares volumes in canonical form', async () => {
      const first = await replica.create();
      replica.paths.links.set('/tmp/link', '/tmp/volume');
      for (const volumeHostPath of ['/tmp//volume/', '/tmp/x/../volume', '/tmp/link']) {
        expect(await replica.create({ volumeHostPath })).toEqual(first);
      }
    });

    it.each([
      ['another agent', { agentId: 'other' }, ['agent_id']],
      ['another volume', { volumeHostPath: '/tmp/other' }, ['volume_host_path']],
      ['both', { agentId: 'other', volumeHostPath: '/tmp/other' }, ['agent_id', 'volume_host_path']],
    ])('refuses %s, and starts and stops nothing', async (_, difference, fields) => {
      const first = await replica.create();
      await expect(replica.create(difference)).rejects.toMatchObject({ code: 'sandbox_conflict', fields });
      expect(replica.engine.all.map(({ containerId }) => containerId)).toEqual([first.containerId]);
      expect(await replica.create()).toEqual(first);
      expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created', 'conflict', 'reused']);
      expect(replica.logger.fieldsOf('sandbox_conflict')).toMatchObject([{ reason: fields.join(',') }]);
    });

    it('tells of the conflict also while the engine does not answer', async () => {
      await replica.create();
      replica.runtime.faults.inject('any', 'unreachable');
      await expect(replica.create({ agentId: 'other' })).rejects.toMatchObject({ code: 'sandbox_conflict' });
    });

    it.each([
      ['unreachable', 'Docker unreachable'],
      ['timed-out', 'Docker timed out'],
      ['failed', 'Docker failed'],
    ] as const)('hands nothing out unverified: %s', async (failure, reason) => {
      const first = await replica.create();
      replica.runtime.faults.inject('find', failure);
      await expect(replica.create()).rejects.toMatchObject({ code: 'sandbox_start_failed', reason });
      replica.runtime.faults.heal();
      expect(await replica.create()).toEqual(first);
    });

    it('answers with the address that it has now', async () => {
      await replica.create();
      const [container] = replica.engine.running;
      if (container !== undefined) container.ip = '172.18.0.99';
      expect((await replica.create()).endpoint.ip).toBe('172.18.0.99');
      expect((await replica.registry.find(CHAT))?.endpoint.ip).toBe('172.18.0.99');
    });
  });

  it.each([
    ['relative', 'tmp/volume'],
    ['outside the allowed roots', '/home/user'],
    ["the system's", '/etc'],
    ["the engine's own", '/var/lib/fake-engine/volumes'],
    ['a parent of what is forbidden', '/'],
  ])('refuses a volume that is %s, and starts nothing', async (_, volumeHostPath) => {
    replica = new Replica({ sandbox: { volumeAllowedRoots: ['/tmp', '/var', '/etc'] } });
    await expect(replica.create({ volumeHostPath })).rejects.toMatchObject({ field: 'volume_host_path' });
    expect(replica.engine.containersEverMade).toBe(0);
  });

  it("refuses the service's own directories and the engine's socket, also behind a link", async () => {
    replica = new Replica({ sandbox: { chatsRoot: '/tmp/own/chats', volumeAllowedRoots: ['/'] } });
    replica.paths.links.set('/tmp/link', '/tmp/own/chats/some');
    for (const volumeHostPath of ['/tmp/own/chats', '/tmp/own', '/tmp/link', '/var/run/docker.sock']) {
      await expect(replica.create({ volumeHostPath })).rejects.toMatchObject({ type: 'path_refused' });
    }
  });
});
