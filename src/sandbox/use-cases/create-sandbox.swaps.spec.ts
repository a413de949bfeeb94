import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { reactions } from '../../../test/fakes/deferred.js';
import { Replica } from '../../../test/fakes/replica.js';

/** A sandbox can swap what lies in its volume for a link, between the look at a path and its mounting. */
describe('CreateSandbox, where the way to a volume changes', () => {
  let replica: Replica;

  beforeEach(() => {
    replica = new Replica();
  });

  it('does not mount what the path has come to mean while the create waited', async () => {
    const prepare = replica.runtime.faults.hold('prepare');
    const create = replica.create({ volumeHostPath: '/tmp/volume' });
    await prepare.reached;
    replica.paths.links.set('/tmp/volume', '/tmp/elsewhere');
    prepare.release();
    await expect(create).rejects.toMatchObject({ field: 'volume_host_path', type: 'path_changed' });
    expect(replica.engine.containersEverMade).toBe(0);
  });

  it('refuses it outright where it has come to mean what is forbidden', async () => {
    const prepare = replica.runtime.faults.hold('prepare');
    const create = replica.create({ volumeHostPath: '/tmp/volume' });
    await prepare.reached;
    replica.paths.links.set('/tmp/volume', '/etc');
    prepare.release();
    await expect(create).rejects.toMatchObject({ type: 'path_refused' });
    expect(replica.engine.containersEverMade).toBe(0);
  });

  it('does not run above a volume that is just about to be mounted', async () => {
    const start = replica.runtime.faults.hold('start');
    const below = replica.create({ volumeHostPath: '/tmp/volume/below' });
    await start.reached;
    const above = replica.create({ chatId: OTHER_CHAT });
    await reactions();
    expect(replica.engine.all.map(({ claim }) => claim?.chatId)).toEqual([CHAT]);
    start.release();
    expect(await below).toMatchObject({ chatId: CHAT });
    expect(await above).toMatchObject({ chatId: OTHER_CHAT });
  });

  it('waits for that no longer than for a turn', async () => {
    replica = new Replica({ sandbox: { startQueueTimeoutSeconds: 0.05 } });
    const start = replica.runtime.faults.hold('start');
    const below = replica.create({ volumeHostPath: '/tmp/volume/below' });
    await start.reached;
    const above = replica.create({ chatId: OTHER_CHAT });
    await expect(above).rejects.toMatchObject({ code: 'sandbox_queue_timeout' });
    start.release();
    await below;
  });

  it('does not warn of a volume that the container may write whatever its modes say', async () => {
    replica = new Replica({ sandbox: { capAdd: ['DAC_OVERRIDE'] } });
    replica.paths.isWritable = false;
    await replica.create();
    expect(replica.logger.events).not.toContain('sandbox_volume_not_writable');
  });
});
