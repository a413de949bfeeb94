import { describe, expect, it } from '@jest/globals';
import { OTHER_CHAT } from '../../../test/builders/ids.js';
import { Replica } from '../../../test/fakes/replica.js';

describe('CreateSandbox with volumes that contain each other', () => {
  const refused = { field: 'volume_host_path', type: 'path_refused' };

  it("refuses a volume below that of another chat's sandbox", async () => {
    const replica = new Replica();
    await replica.create();
    for (const volumeHostPath of ['/tmp/volume/below', '/tmp/volume/far/below', '/tmp/volume/../volume/x']) {
      await expect(replica.create({ chatId: OTHER_CHAT, volumeHostPath })).rejects.toMatchObject(refused);
    }
    expect(replica.engine.containersEverMade).toBe(1);
  });

  it.each([
    ['the same', '/tmp/volume'],
    ['a parent', '/tmp'],
    ['a neighbour', '/tmp/volume2'],
  ])('lets another chat have %s', async (_, volumeHostPath) => {
    const replica = new Replica();
    await replica.create();
    expect(await replica.create({ chatId: OTHER_CHAT, volumeHostPath })).toMatchObject({ volumeHostPath });
  });

  it('refuses it while the other is only starting', async () => {
    const replica = new Replica();
    const start = replica.runtime.faults.hold('start');
    const first = replica.create();
    await start.reached;
    const nested = replica.create({ chatId: OTHER_CHAT, volumeHostPath: '/tmp/volume/below' });
    await expect(nested).rejects.toMatchObject(refused);
    start.release();
    await first;
  });

  it('lets a chat move its own volume below the old one once that sandbox is gone', async () => {
    const replica = new Replica();
    await replica.create();
    await replica.delete();
    const volumeHostPath = '/tmp/volume/below';
    expect(await replica.create({ volumeHostPath })).toMatchObject({ volumeHostPath });
  });

  it('lets it be once the other is gone', async () => {
    const replica = new Replica();
    await replica.create();
    await replica.delete();
    const volumeHostPath = '/tmp/volume/below';
    expect(await replica.create({ chatId: OTHER_CHAT, volumeHostPath })).toMatchObject({ volumeHostPath });
  });

  it('still reuses what was mounted before the other came', async () => {
    const replica = new Replica();
    const volumeHostPath = '/tmp/volume/below';
    const nested = await replica.create({ volumeHostPath });
    await replica.create({ chatId: OTHER_CHAT });
    expect(await replica.create({ volumeHostPath })).toEqual(nested);
  });

  it('speaks of the volume before it speaks of a conflict', async () => {
    const replica = new Replica();
    await replica.create();
    await replica.create({ chatId: OTHER_CHAT, volumeHostPath: '/tmp/other' });
    const nested = replica.create({ chatId: OTHER_CHAT, volumeHostPath: '/tmp/volume/below' });
    await expect(nested).rejects.toMatchObject(refused);
  });
});
