import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { holderSpec } from '../../src/sandbox/adapters/docker/holder-spec.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { containersOf, containersOfChat, engine, holdersOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { FilteringProxy } from '../support/filtering-proxy.js';
import { aChatId, type Answer, type SandboxAnswer, type Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const SIZE = 2;
const [REPOSITORY, TAG] = ['sandbox-master/network-holder', '1'];

describe('the service with networks that wait, behind the engine proxy', () => {
  let proxy: FilteringProxy;
  let service: Service;

  beforeAll(async () => {
    proxy = await FilteringProxy.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_NETWORK_POOL_SIZE: String(SIZE),
      APP_METRICS_PROMETHEUS: 'true',
    });
    service = await proxy.startService();
  });
  afterAll(() => proxy.dispose());

  const untilReady = (): Promise<void> =>
    eventually(async () => {
      const { body } = await service.request<string>('GET', '/metrics');
      return new RegExp(`^sandbox_network_pool_ready(\\{.*\\})? ${SIZE}$`, 'm').test(body);
    }, `${SIZE} wait`);
  const untilNoneWaits = (): Promise<void> =>
    eventually(async () => (await holdersOf(service.instance)).ready.length === 0, 'none waits');
  const createInReady = async (chatId: string): Promise<Answer<SandboxAnswer>> => {
    await untilReady();
    const answer = await service.create(chatId);
    expect(answer.status).toBe(200);
    return answer;
  };
  const networkModeOf = async (containerId: string): Promise<string> =>
    (await engine.getContainer(containerId).inspect()).HostConfig.NetworkMode ?? '';

  const imageOf = () => engine.getImage(`${REPOSITORY}:${TAG}`).inspect();

  it('gives a chat one that waits, and leaves nothing of it', async () => {
    const chatId = aChatId();
    const { body } = await createInReady(chatId);
    const { taken } = await holdersOf(service.instance);
    expect(await networkModeOf(body.container_id)).toBe(`container:${taken[0]?.Id ?? 'none'}`);
    expect((await service.create(chatId)).body).toEqual(body);
    expect((await service.delete(chatId)).body.result).toBe('deleted');
    expect(await containersOfChat(service.instance, chatId)).toEqual([]);
    expect((await holdersOf(service.instance)).taken).toEqual([]);
    expect(proxy.refusals).toEqual([]);
  });

  it('gives out none that was ended behind its back', async () => {
    await untilReady();
    const { ready } = await holdersOf(service.instance);
    await Promise.all(ready.map(({ Id }) => engine.getContainer(Id).remove({ force: true })));
    expect((await service.create(aChatId())).status).toBe(200);
    await untilReady();
    expect(proxy.refusals).toEqual([]);
  });

  it('loses those that wait with the proxy, and no others; the next proxy serves anew', async () => {
    const chatId = aChatId();
    const { body } = await createInReady(chatId);
    await untilReady();
    await proxy.end('SIGKILL');
    await untilNoneWaits();
    await proxy.open();
    expect((await service.create(chatId)).body).toEqual(body);
    await untilReady();
    expect((await service.delete(chatId)).body.result).toBe('deleted');
    expect(proxy.refusals).toEqual([]);
  });

  it('is left at once by a proxy that is told to end', async () => {
    await untilReady();
    expect(await proxy.end('SIGTERM')).toBe(0);
    await untilNoneWaits();
    await proxy.open();
    await untilReady();
  });

  it('ends those that wait when it is killed', async () => {
    await untilReady();
    await service.end('SIGKILL');
    await untilNoneWaits();
    await proxy.startService();
    await untilReady();
  });

  describe('taken over', () => {
    const refused = (reason: RegExp) => ({
      status: 403,
      body: expect.stringMatching(reason),
    });

    it('attaches to its network holders alone, and pauses no others', async () => {
      const { body } = await createInReady(aChatId());
      const path = `/containers/${body.container_id}`;
      expect(await proxy.ask('POST', `${path}/pause`)).toEqual(refused(/is no network holder/));
      const query = 'stream=true&stdin=true&stdout=true&hijack=true';
      expect(await proxy.attach(`${path}/attach?${query}`)).toEqual(refused(/is no network holder/));
      expect(await proxy.attach(`${path}/attach?stream=1`)).toEqual(refused(/stream|stdin/));
      expect(await proxy.attach('/containers/x/exec')).toEqual(refused(/no call that this service makes/));
      expect(await proxy.attach(`${path}/stop?t=1`)).toEqual(refused(/this kind of connection/));
      expect(await proxy.ask('POST', `${path}/attach?${query}`)).toEqual(refused(/this kind of connection/));
      expect((await engine.getContainer(body.container_id).inspect()).State.Status).toBe('running');
    });

    it('makes the holders’ image, whatever it sends, and no other', async () => {
      const path = `/images/create?fromSrc=-&repo=${REPOSITORY}&tag=${TAG}`;
      const before = await imageOf();
      try {
        expect((await proxy.ask('POST', path, 'x'.repeat(10_000))).status).toBe(200);
        expect((await imageOf()).RootFS).toEqual(before.RootFS);
      } finally {
        const made = await imageOf();
        await engine.getImage(before.Id).tag({ repo: REPOSITORY, tag: TAG });
        if (made.Id !== before.Id) await engine.getImage(made.Id).remove();
      }
      const other = path.replace('tag=1', 'tag=2');
      expect(await proxy.ask('POST', other)).toEqual(refused(/the parameter tag/));
    });

    it('makes no holder of another kind', async () => {
      const { instance, network } = service;
      const sandbox = aSandboxConfig({ networkName: network });
      const { name, ...body } = holderSpec(
        `sandbox-${instance}-pool-0123456789abcdef`,
        new Date(),
        sandbox,
        instance,
      );
      const path = `/containers/create?name=${name ?? ''}`;
      const changed = { ...body, HostConfig: { ...body.HostConfig, Binds: ['/:/host'] } };
      expect(await proxy.ask('POST', path, changed)).toEqual(refused(/HostConfig\.Binds/));
      const created = await proxy.ask('POST', path, body);
      expect(created.status).toBe(201);
      await engine.getContainer((JSON.parse(created.body) as { Id: string }).Id).remove({ force: true });
    });
  });
});

describe('the engine proxy without networks that wait', () => {
  it('knows nothing of them', async () => {
    const image = await ensureTestImage('agent');
    const proxy = await FilteringProxy.start({ APP_SANDBOX_IMAGE: image });
    try {
      const service = await proxy.startService({ APP_SANDBOX_NETWORK_POOL_SIZE: String(SIZE) });
      expect((await service.create(aChatId())).status).toBe(200);
      await eventually(() => proxy.refusals.length > 0, 'the first holder is refused');
      expect((await containersOf(service.instance)).map(({ Labels }) => Labels.role)).toEqual([undefined]);
    } finally {
      await proxy.dispose();
    }
  });
});
