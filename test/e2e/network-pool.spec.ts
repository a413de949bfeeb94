import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { containersOf, containersOfChat, engine, holdersOf, removeContainer } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, type Answer, type SandboxAnswer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const SIZE = 2;

describe('the service with networks that wait', () => {
  let image: Record<string, string>;
  let service: Service;

  const start = async (environment: Record<string, string> = {}): Promise<void> => {
    service = await Service.start({
      ...image,
      APP_SANDBOX_NETWORK_POOL_SIZE: String(SIZE),
      APP_METRICS_PROMETHEUS: 'true',
      ...environment,
    });
  };
  /** As the service itself says, which knows of one a moment later than the engine does. */
  const untilReady = (): Promise<void> =>
    eventually(async () => {
      const { body } = await service.request<string>('GET', '/metrics');
      return new RegExp(`^sandbox_network_pool_ready(\\{.*\\})? ${SIZE}$`, 'm').test(body);
    }, `${SIZE} wait`);
  const untilNoneWaits = (): Promise<void> =>
    eventually(async () => (await holdersOf(service.instance)).ready.length === 0, 'none waits');
  const untilTaken = (count: number): Promise<void> =>
    eventually(async () => (await holdersOf(service.instance)).taken.length === count, `${count} are taken`);
  /** Creates in a network that waits. */
  const createInReady = async (chatId: string): Promise<Answer<SandboxAnswer>> => {
    await untilReady();
    const answer = await service.create(chatId);
    expect(answer.status).toBe(200);
    return answer;
  };
  const holderOf = async (containerId: string): Promise<string> => {
    const { HostConfig } = await engine.getContainer(containerId).inspect();
    const [, holderId] = /^container:(.+)$/.exec(HostConfig.NetworkMode ?? '') ?? [];
    if (holderId === undefined)
      throw new Error(`it has a network of its own: ${HostConfig.NetworkMode ?? ''}`);
    return holderId;
  };
  const answers = async ({ endpoint }: SandboxAnswer): Promise<boolean> =>
    (await fetch(`http://${endpoint.ip}:${endpoint.port}/health`).catch(() => null))?.status === 200;

  beforeAll(async () => {
    image = { APP_SANDBOX_IMAGE: await ensureTestImage('agent') };
  });
  afterEach(() => service.dispose());

  describe('that sweeps as it is told', () => {
    beforeEach(() => start());

    it('answers with the address of one, where the agent listens, and makes another', async () => {
      const chatId = aChatId();
      const { body } = await createInReady(chatId);
      const holder = await engine.getContainer(await holderOf(body.container_id)).inspect();
      expect(holder.NetworkSettings.Networks[service.network]?.IPAddress).toBe(body.endpoint.ip);
      expect(holder.State.Paused).toBe(true);
      expect(holder.Config.Labels).not.toHaveProperty('chat_id');
      await eventually(() => answers(body), 'the agent answers');
      expect((await service.create(chatId)).body).toEqual(body);
      await untilReady();
    });

    it('leaves nothing of a sandbox that is deleted', async () => {
      const chatId = aChatId();
      await createInReady(chatId);
      expect((await service.delete(chatId)).body.result).toBe('deleted');
      expect(await containersOfChat(service.instance, chatId)).toEqual([]);
      expect((await holdersOf(service.instance)).taken).toEqual([]);
    });

    it('gives no two chats one network, and those that come too many their own', async () => {
      await untilReady();
      const chats = Array.from({ length: SIZE + 4 }, aChatId);
      const created = await Promise.all(chats.map((chatId) => service.create(chatId)));
      expect(created.map(({ status }) => status)).toEqual(chats.map(() => 200));
      expect(new Set(created.map(({ body }) => body.endpoint.ip)).size).toBe(chats.length);
      expect((await holdersOf(service.instance)).taken).toHaveLength(SIZE);
      await untilReady();
    });

    it('ends those that wait when it is killed, keeps the others, and finds its sandboxes again', async () => {
      const chatId = aChatId();
      const { body } = await createInReady(chatId);
      await untilReady();
      await service.end('SIGKILL');
      await untilNoneWaits();
      expect((await holdersOf(service.instance)).taken).toHaveLength(1);
      await service.start();
      await service.untilReady();
      expect((await service.create(chatId)).body).toEqual(body);
      expect(await answers(body)).toBe(true);
      expect((await service.delete(chatId)).body.result).toBe('deleted');
      await untilTaken(0);
    });

    it('ends with 0, and leaves none that waits', async () => {
      const { body } = await createInReady(aChatId());
      expect(await service.end('SIGTERM')).toBe(0);
      await untilNoneWaits();
      expect(await answers(body)).toBe(true);
    });

    it('replaces a sandbox whose network was ended behind its back', async () => {
      const chatId = aChatId();
      const first = await createInReady(chatId);
      await removeContainer(await holderOf(first.body.container_id));
      expect((await service.request('GET', `/api/v1/sandboxes/${chatId}`)).status).toBe(404);
      const { body } = await createInReady(chatId);
      expect(body.session_id).not.toBe(first.body.session_id);
      expect(await containersOfChat(service.instance, chatId)).toHaveLength(1);
      await eventually(() => answers(body), 'the agent answers');
    });

    it('never reuses a sandbox whose network was ended a moment ago', async () => {
      const chatId = aChatId();
      let last = await createInReady(chatId);
      for (let round = 0; round < 5; round += 1) {
        // Seen alive just now, so that a reuse need not look.
        expect((await service.create(chatId)).body).toEqual(last.body);
        await removeContainer(await holderOf(last.body.container_id));
        const next = await service.create(chatId);
        expect(next.status).toBe(200);
        expect(next.body.container_id).not.toBe(last.body.container_id);
        await eventually(() => answers(next.body), 'the agent answers');
        await removeContainer(next.body.container_id);
        last = await createInReady(chatId);
      }
    });

    it('does not give out a network that was ended while it waited', async () => {
      await untilReady();
      const { ready } = await holdersOf(service.instance);
      await Promise.all(ready.map(({ Id }) => removeContainer(Id)));
      const chatId = aChatId();
      const { status, body } = await service.create(chatId);
      expect(status).toBe(200);
      await eventually(() => answers(body), 'the agent answers');
      await untilReady();
    });

    it('does not give out a network that was taken off while it waited', async () => {
      await untilReady();
      const { ready } = await holdersOf(service.instance);
      await Promise.all(
        ready.map(({ Id }) => engine.getNetwork(service.network).disconnect({ Container: Id, Force: true })),
      );
      const { status, body } = await service.create(aChatId());
      expect(status).toBe(200);
      await eventually(() => answers(body), 'the agent answers');
    });

    it('gives a chat a sandbox whose last one was removed behind its back', async () => {
      const chatId = aChatId();
      const first = await createInReady(chatId);
      await removeContainer(first.body.container_id);
      const { body } = await createInReady(chatId);
      await eventually(() => answers(body), 'the agent answers');
      await untilTaken(1);
    });
  });

  describe('that sweeps each second', () => {
    beforeEach(() => start({ APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' }));

    it('removes the network of a sandbox that was removed behind its back', async () => {
      const { body } = await createInReady(aChatId());
      await removeContainer(body.container_id);
      const [told] = await service.untilLogged('network_holder_removed');
      expect(told).toMatchObject({ reason: 'orphaned' });
      expect((await holdersOf(service.instance)).taken).toEqual([]);
    });

    it('removes what is left of a sandbox whose network was ended', async () => {
      const { body } = await createInReady(aChatId());
      await removeContainer(await holderOf(body.container_id));
      await service.untilLogged('sandbox_orphan_removed');
      expect(await containersOfChat(service.instance, body.chat_id)).toEqual([]);
    });
  });

  it('removes both when a sandbox expires', async () => {
    await start({ APP_SANDBOX_TTL_SECONDS: '2', APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' });
    const { body } = await createInReady(aChatId());
    await service.untilLogged('sandbox_expired');
    expect(await containersOfChat(service.instance, body.chat_id)).toEqual([]);
    await untilTaken(0);
  });

  it('has nothing of it with the size 0, and understands what an earlier configuration left', async () => {
    await start();
    const chatId = aChatId();
    const { body } = await createInReady(chatId);
    await service.end('SIGKILL');
    await untilNoneWaits();
    await service.start({ APP_SANDBOX_NETWORK_POOL_SIZE: '0' });
    await service.untilReady();
    expect((await service.create(chatId)).body).toEqual(body);
    const other = await service.create(aChatId());
    await expect(holderOf(other.body.container_id)).rejects.toThrow('a network of its own');
    expect((await service.delete(chatId)).body.result).toBe('deleted');
    expect((await containersOf(service.instance)).map(({ Id }) => Id)).toEqual([other.body.container_id]);
  });
});
