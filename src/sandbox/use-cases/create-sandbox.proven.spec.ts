import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { reactions } from '../../../test/fakes/deferred.js';
import { Replica } from '../../../test/fakes/replica.js';
import type { Sandbox } from '../domain/sandbox.js';

describe('CreateSandbox, where the container is proven to live', () => {
  let replica: Replica;
  let first: Sandbox;
  let inspectionsBefore: number;

  beforeEach(async () => {
    replica = new Replica();
    first = await replica.create();
    replica.watch.isProving = true;
    inspectionsBefore = replica.runtime.faults.countOf('find');
  });

  const inspections = (): number => replica.runtime.faults.countOf('find') - inspectionsBefore;

  it('answers with it and asks the engine nothing', async () => {
    replica.runtime.faults.inject('any', 'unreachable');
    expect(await replica.create()).toEqual(first);
    expect(await Promise.all([replica.create(), replica.create()])).toEqual([first, first]);
  });

  it('tells of it as of any reuse', async () => {
    await replica.create();
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created', 'reused']);
    expect(replica.metrics.durations.at(-1)).toMatchObject({
      name: 'sandbox.create.duration_ms',
      attributes: { result: 'reused' },
    });
    expect(replica.logger.fieldsOf('sandbox_reused')).toMatchObject([
      { chat_id: CHAT, session_id: first.sessionId, container_id: first.containerId },
    ]);
    expect(replica.tracer.spans.at(-1)).toMatchObject({
      name: 'usecase.create_sandbox',
      attributes: {
        'chat.id': CHAT,
        'volume.host_path': '/tmp/volume',
        'sandbox.result': 'reused',
        'session.id': first.sessionId,
      },
    });
  });

  it('asks the engine where there is no proof', async () => {
    replica.watch.isProving = false;
    expect(await replica.create()).toEqual(first);
    expect(inspections()).toBe(1);
  });

  it('asks the engine where the container has another address than the one on record', async () => {
    for (const container of replica.engine.all) container.ip = '172.18.0.99';
    expect((await replica.create()).endpoint.ip).toBe('172.18.0.99');
    expect(inspections()).toBe(1);
  });

  it('replaces one that has expired', async () => {
    replica.clock.advanceSeconds(300);
    expect((await replica.create()).sessionId).not.toBe(first.sessionId);
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created', 'replaced']);
  });

  it.each([
    ['another agent', { agentId: 'other' }],
    ['another volume', { volumeHostPath: '/tmp/other' }],
  ])('conflicts for %s', async (_, difference) => {
    await expect(replica.create(difference)).rejects.toMatchObject({ code: 'sandbox_conflict' });
  });

  it('asks the host what another spelling of the volume means', async () => {
    replica.paths.links.set('/tmp/link', '/tmp/volume');
    expect(await replica.create({ volumeHostPath: '/tmp/link' })).toEqual(first);
    expect(inspections()).toBe(1);
  });

  it('takes the canonical path on record for the volume that is mounted', async () => {
    replica.paths.links.set('/tmp/volume', '/tmp/elsewhere');
    expect(await replica.create()).toEqual(first);
    expect(inspections()).toBe(0);
  });

  it('refuses a volume that the policy does not allow, also where the sandbox has it already', async () => {
    const engine = replica.engine;
    replica = new Replica({ engine, sandbox: { volumeAllowedRoots: ['/srv'] } });
    await replica.sweep();
    replica.watch.isProving = true;
    expect(await replica.registry.find(CHAT)).toEqual(first);
    await expect(replica.create()).rejects.toMatchObject({ type: 'path_refused' });
  });

  it('takes back the note of a delete that failed', async () => {
    replica.runtime.faults.inject('remove', 'failed', { times: 2 });
    await expect(replica.delete()).rejects.toMatchObject({ code: 'sandbox_delete_failed' });
    replica.runtime.faults.heal();
    expect(await replica.create()).toEqual(first);
    expect(await replica.registry.listDeletions()).toEqual(new Map());
  });

  it('never gives what a delete that came before is just ending', async () => {
    const removal = replica.runtime.faults.hold('remove');
    const deletion = replica.delete();
    const second = replica.create();
    await removal.reached;
    await reactions();
    removal.release();
    expect(await deletion).toMatchObject({ sessionId: first.sessionId });
    expect((await second).sessionId).not.toBe(first.sessionId);
  });

  it('keeps the order of arrival, all at once', async () => {
    const [one, deleted, two] = await Promise.all([replica.create(), replica.delete(), replica.create()]);
    expect(one).toEqual(first);
    expect(deleted).toMatchObject({ sessionId: first.sessionId });
    expect(two.sessionId).not.toBe(first.sessionId);
  });

  it('waits for whoever has the lock meanwhile, though the proof is there', async () => {
    const work = Promise.withResolvers<undefined>();
    const proof = Promise.withResolvers<undefined>();
    const { watch } = replica;
    const container = await watch.proven(first.containerId);
    watch.proven = async () => {
      await proof.promise;
      return container;
    };
    const create = replica.create();
    await reactions();
    const sweep = replica.lock.runExclusive(CHAT, 1000, () => work.promise);
    proof.resolve(undefined);
    await reactions();
    expect(replica.metrics.resultsOf('sandbox.create.total')).toEqual(['created']);
    work.resolve(undefined);
    await sweep;
    expect(await create).toEqual(first);
  });

  it('is not held up by what goes on with another chat', async () => {
    const start = replica.runtime.faults.hold('start');
    const other = replica.create({ chatId: OTHER_CHAT });
    await start.reached;
    expect(await replica.create()).toEqual(first);
    start.release();
    await other;
  });
});
