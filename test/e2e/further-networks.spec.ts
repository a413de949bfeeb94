import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOf, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { FilteringProxy } from '../support/filtering-proxy.js';
import { type FullBridge, fillBridge } from '../support/full-bridge.js';
import { aChatId, type SandboxAnswer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const READY = { APP_SANDBOX_READY_TIMEOUT_SECONDS: '10' };

const networksOf = async (containerId: string): Promise<string[]> =>
  Object.keys((await engine.getContainer(containerId).inspect()).NetworkSettings.Networks);

async function created(service: Service, chatId = aChatId()): Promise<SandboxAnswer> {
  const answer = await service.create(chatId);
  expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ chat_id: chatId })]);
  return answer.body;
}

const healthOf = async ({ endpoint }: SandboxAnswer): Promise<string> =>
  (await fetch(`http://${endpoint.ip}:${endpoint.port}/health`)).text();

describe('a service whose network is full', () => {
  let service: Service;
  let bridge: FullBridge;
  let onFirst: SandboxAnswer;
  let lookAlike: { readonly id: string; remove(): Promise<unknown> };
  let stranger: { readonly id: string; remove(options: object): Promise<unknown> };

  beforeAll(async () => {
    const image = await ensureTestImage('agent');
    service = await Service.start({ APP_SANDBOX_IMAGE: image, ...READY });
    lookAlike = await engine.createNetwork({ Name: `${service.network}-02` });
    const made = await engine.createContainer({ Image: image, HostConfig: { NetworkMode: lookAlike.id } });
    await made.start();
    stranger = made;
    onFirst = await created(service);
    bridge = await fillBridge(service.network);
  });
  afterAll(async () => {
    await bridge.release();
    await service.dispose();
    await stranger.remove({ force: true });
    await lookAlike.remove();
  });

  it('starts sandboxes on a second one, also many at once, and their endpoints answer from the host', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => created(service)));
    for (const body of answers) {
      expect(await networksOf(body.container_id)).toEqual([`${service.network}-2`]);
      expect(await healthOf(body)).toBe('ok\n');
    }
    expect(await healthOf(onFirst)).toBe('ok\n');
    // No container of a first try is left.
    expect(await containersOf(service.instance)).toHaveLength(7);
    expect(service.logged('sandbox_network_full')).toMatchObject([{ network: service.network }]);
    expect(service.logged('sandbox_network_created').map(({ network }) => network)).toEqual([
      service.network,
      `${service.network}-2`,
    ]);
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('finds them all again after %s', async (signal) => {
    const body = await created(service);
    const before = await containersOf(service.instance);
    await service.end(signal);
    await service.start();
    await service.untilReady();
    for (const sandbox of [body, onFirst]) {
      expect(await created(service, sandbox.chat_id)).toEqual(sandbox);
    }
    const listed = await service.request<{ items: unknown[] }>('GET', '/api/v1/sandboxes');
    expect(listed.body.items).toHaveLength(before.length);
    expect(await containersOf(service.instance)).toHaveLength(before.length);
  });

  it('deletes them, and replaces one that has died', async () => {
    const body = await created(service);
    expect((await service.delete(body.chat_id)).body.result).toBe('deleted');
    await expect(engine.getContainer(body.container_id).inspect()).rejects.toMatchObject({ statusCode: 404 });

    const dying = await created(service);
    await engine.getContainer(dying.container_id).kill();
    const replaced = await created(service, dying.chat_id);
    expect(await networksOf(replaced.container_id)).toEqual([`${service.network}-2`]);
  });

  it('sweeps those that expire, and goes back to the first network when it has room', async () => {
    await service.end('SIGTERM');
    await service.start({ APP_SANDBOX_TTL_SECONDS: '3', APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' });
    await service.untilReady();
    const body = await created(service);
    expect(await networksOf(body.container_id)).toEqual([`${service.network}-2`]);
    await eventually(
      async () => (await containersOf(service.instance)).every(({ Id }) => Id !== body.container_id),
      'the expired one is gone',
    );
    await service.delete(onFirst.chat_id);
    await bridge.release();
    await eventually(async () => {
      const next = await created(service);
      const networks = await networksOf(next.container_id);
      await service.delete(next.chat_id);
      return networks.includes(service.network);
    }, 'a sandbox starts on the first network again');
  });

  it('has touched neither a network that looks alike nor what runs there', async () => {
    expect(await networksOf(stranger.id)).toEqual([`${service.network}-02`]);
    expect((await engine.getContainer(stranger.id).inspect()).State.Running).toBe(true);
    const networks = await engine.listNetworks({ filters: { name: [service.network] } });
    expect(networks.map(({ Name }) => Name).sort()).toEqual([
      service.network,
      `${service.network}-02`,
      `${service.network}-2`,
    ]);
  });
});

describe('a service behind the engine proxy whose isolated network is full', () => {
  let proxy: FilteringProxy;
  let bridge: FullBridge;

  beforeAll(async () => {
    proxy = await FilteringProxy.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_NETWORK_ISOLATION: 'true',
      ...READY,
    });
    await proxy.startService();
    bridge = await fillBridge(proxy.service.network);
  });
  afterAll(async () => {
    await bridge.release();
    await proxy.dispose();
  });

  it('starts sandboxes on a second one and finds them again, with no call refused', async () => {
    const { service } = proxy;
    const body = await created(service);
    expect(await networksOf(body.container_id)).toEqual([`${service.network}-2`]);
    expect(await healthOf(body)).toBe('ok\n');
    await service.end('SIGKILL');
    await proxy.startService();
    expect(await created(service, body.chat_id)).toEqual(body);
    expect((await service.delete(body.chat_id)).body.result).toBe('deleted');
    expect(proxy.refusals).toEqual([]);
  });

  it('makes no network of a name that is none of its own', async () => {
    for (const Name of [`${proxy.service.network}-02`, `${proxy.service.network}-17`, 'other-2']) {
      const { status } = await proxy.ask('POST', '/networks/create', { Name, Driver: 'bridge' });
      expect([Name, status]).toEqual([Name, 403]);
    }
  });
});
