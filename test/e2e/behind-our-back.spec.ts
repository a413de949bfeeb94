import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOfChat, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const HARMS = {
  killed: (id: string) => engine.getContainer(id).kill(),
  removed: (id: string) => engine.getContainer(id).remove({ force: true }),
  paused: (id: string) => engine.getContainer(id).pause(),
  stopped: (id: string) => engine.getContainer(id).stop({ t: 1 }),
} as const;

/** What a sweep says that mends a sandbox whose container has died, or is gone. */
const MENDED = ['sandbox_orphan_removed', 'sandbox_forgotten'];

const harms = Object.keys(HARMS) as (keyof typeof HARMS)[];

describe('a container that something happened to behind our back', () => {
  let service: Service;
  let sweeping: Service;

  beforeAll(async () => {
    const image = { APP_SANDBOX_IMAGE: await ensureTestImage('agent') };
    service = await Service.start(image);
    sweeping = await Service.start({ ...image, APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' });
  });
  afterAll(async () => {
    await service.dispose();
    await sweeping.dispose();
  });

  it.each(harms)(
    '%s: the next create answers with a working endpoint, and there is one container',
    async (harm) => {
      const chatId = aChatId();
      const first = await service.create(chatId);
      await HARMS[harm](first.body.container_id);

      expect((await service.request('GET', `/api/v1/sandboxes/${chatId}`)).status).toBe(404);
      const { status, body } = await service.create(chatId);

      expect(status).toBe(200);
      expect(body.container_id).not.toBe(first.body.container_id);
      const containers = await containersOfChat(service.instance, chatId);
      expect(containers.map(({ Id, State }) => [Id, State])).toEqual([[body.container_id, 'running']]);
      await eventually(async () => {
        const answer = await fetch(`http://${body.endpoint.ip}:8000/health`).catch(() => null);
        return answer?.status === 200;
      }, 'the agent answers');
    },
  );

  it.each(harms)('%s: one sweep brings sandboxes and containers to agree', async (harm) => {
    const chatId = aChatId();
    const { body } = await sweeping.create(chatId);
    await HARMS[harm](body.container_id);

    await eventually(
      () => MENDED.some((event) => sweeping.logged(event).some(({ chat_id }) => chat_id === chatId)),
      'a sweep has seen it',
      3000,
    );
    expect(await containersOfChat(sweeping.instance, chatId)).toEqual([]);
    expect((await sweeping.delete(chatId)).body.result).toBe('not_found');
  });

  it('taken off its network: it is replaced', async () => {
    const chatId = aChatId();
    const first = await service.create(chatId);
    await engine.getNetwork(service.network).disconnect({ Container: first.body.container_id });

    const { status, body } = await service.create(chatId);

    expect(status).toBe(200);
    expect(body.session_id).not.toBe(first.body.session_id);
    expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
  });
});
