import { chown, mkdir, rename, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containerSpec } from '../../src/sandbox/adapters/docker/container-spec.js';
import { containerNameOf } from '../../src/sandbox/domain/container-name.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { aClaim } from '../builders/containers.js';
import { containersOf, containersOfChat, engine, ENGINE_SOCKET } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { FilteringProxy } from '../support/filtering-proxy.js';
import { aChatId, type Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

describe('the service behind the engine proxy', () => {
  let proxy: FilteringProxy;
  let service: Service;

  beforeAll(async () => {
    proxy = await FilteringProxy.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_NETWORK_ISOLATION: 'true',
      APP_SANDBOX_CAP_ADD: 'CHOWN',
    });
    service = await proxy.startService();
  });
  afterAll(() => proxy.dispose());

  it('creates, reuses, gets, lists and deletes', async () => {
    const chatId = aChatId();
    const created = await service.create(chatId);
    expect(created.status).toBe(200);
    expect((await service.create(chatId)).body).toEqual(created.body);
    expect((await service.request('GET', `/api/v1/sandboxes/${chatId}`)).body).toMatchObject(created.body);
    expect((await service.request('GET', '/api/v1/sandboxes')).body).toMatchObject({ items: [created.body] });
    expect((await service.delete(chatId)).body.result).toBe('deleted');
    expect(await containersOfChat(service.instance, chatId)).toEqual([]);
    expect(proxy.refusals).toEqual([]);
  });

  it('finds its sandboxes again, and sweeps those that expire', async () => {
    const chatId = aChatId();
    const { body } = await service.create(chatId);
    await service.end('SIGTERM');
    await proxy.startService({ APP_SANDBOX_TTL_SECONDS: '4' });
    expect((await service.create(chatId)).body).toEqual(body);
    const expiring = aChatId();
    expect((await service.create(expiring)).status).toBe(200);
    await eventually(
      async () => (await containersOfChat(service.instance, expiring)).length === 0,
      'the expired one is gone',
    );
    await eventually(
      () => service.logged('sandbox_expired').some(({ chat_id }) => chat_id === expiring),
      'the log tells',
    );
    expect(proxy.refusals).toEqual([]);
  });

  it('replaces what has died, and makes the network anew', async () => {
    await service.end('SIGTERM');
    await proxy.startService();
    const chatId = aChatId();
    const { body } = await service.create(chatId);
    await engine.getContainer(body.container_id).kill();
    expect((await service.create(chatId)).status).toBe(200);
    await service.untilLogged('sandbox_replaced');
    for (const { Id } of await containersOf(service.instance))
      await engine.getContainer(Id).remove({ force: true });
    await engine.getNetwork(service.network).remove();
    expect((await service.create(aChatId())).status).toBe(503);
    expect((await service.create(aChatId())).status).toBe(200);
    expect(proxy.refusals).toEqual([]);
  });

  it('reads the last words of a container that fails', async () => {
    await service.end('SIGTERM');
    await proxy.end('SIGTERM');
    const failing = await FilteringProxy.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('exits'),
      APP_SANDBOX_READY_TIMEOUT_SECONDS: '10',
    });
    try {
      await failing.startService();
      expect((await failing.service.create(aChatId())).status).toBe(503);
      const [undone] = await failing.service.untilLogged('sandbox_start_undone');
      expect(undone?.output).toContain('last words');
      expect(failing.refusals).toEqual([]);
    } finally {
      await failing.dispose();
    }
  });
});

type Mapping = Record<string, unknown>;

describe('whoever has taken over the service', () => {
  let proxy: FilteringProxy;
  let image: string;

  beforeAll(async () => {
    image = await ensureTestImage('agent');
    proxy = await FilteringProxy.start({ APP_SANDBOX_IMAGE: image });
    await proxy.startService();
    await proxy.service.end('SIGKILL');
  });
  afterAll(() => proxy.dispose());

  /** A create just as the service makes it, for a chat whose directory is there. */
  async function aCreate(
    volume = proxy.service.volume,
  ): Promise<{ path: string; body: Mapping; chat: string }> {
    const { instance, network, directory } = proxy.service;
    const own = join(directory, 'own');
    const claim = aClaim({
      chatId: aChatId(),
      volumeHostPath: volume,
      expiresAt: new Date(Date.now() + 60_000),
    });
    const chat = join(own, 'chats', claim.chatId);
    await mkdir(chat);
    const sandbox = aSandboxConfig({
      image,
      networkName: network,
      dependenciesHostPath: join(own, 'dependencies'),
      lambdaToolsHostPath: join(own, 'tools'),
    });
    const { name, ...body } = containerSpec({ claim, chatHostPath: chat }, sandbox, instance);
    return { path: `/containers/create?name=${name ?? ''}`, body: body, chat };
  }

  const created = (answer: { body: string }): string => (JSON.parse(answer.body) as { Id: string }).Id;

  const expectRefusal = async (
    asked: Promise<{ status: number; body: string }>,
    reason: RegExp,
  ): Promise<void> => {
    const { status, body } = await asked;
    expect([status, (JSON.parse(body) as Mapping).message]).toEqual([403, expect.stringMatching(reason)]);
  };

  it('can do what the service does', async () => {
    const { path, body } = await aCreate();
    const answer = await proxy.ask('POST', path, body);
    expect(answer.status).toBe(201);
    expect((await proxy.ask('POST', `/containers/${created(answer)}/start`)).status).toBe(204);
    const removal = `/containers/${created(answer)}?force=true&v=true`;
    expect((await proxy.ask('DELETE', removal)).status).toBe(204);
    expect((await proxy.ask('DELETE', removal)).status).toBe(404);
  });

  it.each<[string, Mapping]>([
    ['Binds', { Binds: ['/:/host'] }],
    ['Privileged', { Privileged: true }],
    [
      'Devices',
      { Devices: [{ PathOnHost: '/dev/sda', PathInContainer: '/dev/sda', CgroupPermissions: 'rwm' }] },
    ],
    ['CapAdd', { CapAdd: ['SYS_ADMIN'] }],
    ['NetworkMode', { NetworkMode: 'host' }],
    ['NetworkMode', { NetworkMode: 'container:other' }],
    ['PidMode', { PidMode: 'host' }],
    ['IpcMode', { IpcMode: 'host' }],
    ['UsernsMode', { UsernsMode: 'host' }],
    ['SecurityOpt', { SecurityOpt: ['seccomp=unconfined'] }],
    ['Mounts', { Mounts: [{ Type: 'bind', Source: '/', Target: '/host' }] }],
  ])('cannot have %s as %j', async (field, change) => {
    const { path, body } = await aCreate();
    const changed = { ...body, HostConfig: { ...(body.HostConfig as Mapping), ...change } };
    await expectRefusal(proxy.ask('POST', path, changed), new RegExp(`HostConfig\\.${field}`));
    expect(await containersOf(proxy.service.instance)).toEqual([]);
  });

  it('cannot hide a field in a second copy, which the engine would read as well', async () => {
    const { path, body } = await aCreate();
    const twice = JSON.stringify(body).replace('{', '{"HostConfig":{"Binds":["/:/host"]},');
    const answer = await proxy.ask('POST', path, twice);
    expect(answer.status).toBe(201);
    const container = engine.getContainer(created(answer));
    expect((await container.inspect()).HostConfig.Binds).toBeNull();
    await container.remove({ force: true });
  });

  it('cannot mount a volume outside the allowed roots', async () => {
    const { path, body } = await aCreate('/usr');
    await expectRefusal(
      proxy.ask('POST', path, body),
      /mount source \/usr is outside sandbox\.volume_allowed_roots/,
    );
  });

  it('cannot mount what a link leads to, nor swap it before the start', async () => {
    const { path, body, chat } = await aCreate();
    await rename(chat, `${chat}-aside`);
    await symlink('/etc', chat);
    await expectRefusal(proxy.ask('POST', path, body), /mount source .* leads elsewhere/);

    const late = await aCreate();
    const id = created(await proxy.ask('POST', late.path, late.body));
    await rename(late.chat, `${late.chat}-aside`);
    await symlink('/etc', late.chat);
    await expectRefusal(proxy.ask('POST', `/containers/${id}/start`), /mount source .* leads elsewhere/);
    await engine.getContainer(id).remove({ force: true });
  });

  it.each([
    ['POST', '/containers/x/exec'],
    ['POST', '/containers/x/attach?stream=1'],
    ['GET', '/containers/x/archive?path=/etc'],
    ['POST', '/images/create?fromImage=x'],
    ['POST', '/build'],
    ['POST', '/volumes/create'],
    ['POST', '/networks/x/connect'],
    ['GET', '/v1.41/containers/json'],
    ['GET', '/containers/json?all=true'],
    ['GET', '/events'],
  ])('cannot call %s %s', async (method, path) => {
    await expectRefusal(proxy.ask(method, path), /^the engine proxy refuses: /);
  });

  it("touches nobody else's containers and networks", async () => {
    const { instance } = proxy.service;
    const stranger = await engine.createContainer({
      Image: image,
      Labels: { instance },
      Env: ['SECRET=of-others'],
      name: `${containerNameOf(aChatId(), instance)}-not`,
    });
    await stranger.start();
    for (const [method, path] of [
      ['GET', '/json'],
      ['POST', '/start'],
      ['POST', '/stop?t=1'],
      ['DELETE', '?force=true&v=true'],
      ['GET', '/logs?stdout=true&stderr=true&tail=10'],
    ] as const) {
      await expectRefusal(
        proxy.ask(method, `/containers/${stranger.id}${path}`),
        /no container of this service/,
      );
    }
    expect((await stranger.inspect()).State.Running).toBe(true);
    await expectRefusal(proxy.ask('DELETE', '/networks/bridge'), /no network/);
    await stranger.remove({ force: true });
  });

  it('cannot make a network of another kind', async () => {
    const body = { Name: proxy.service.network, Driver: 'macvlan', Options: { parent: 'eth0' } };
    await expectRefusal(proxy.ask('POST', '/networks/create', body), /Options is nothing/);
  });

  it('is told of in the log', () => {
    expect(proxy.log).toContainEqual(
      expect.objectContaining({ msg: 'engine_call_refused', method: 'POST', path: '/build', status: 403 }),
    );
  });
});

describe('a service without any right on the engine', () => {
  const ID = 12_345;
  const COMMAND = [
    'setpriv',
    `--reuid=${ID}`,
    `--regid=${ID}`,
    '--clear-groups',
    process.execPath,
    'dist/main.js',
  ];

  it('works through the proxy alone', async () => {
    const { mode, uid, gid } = await stat(ENGINE_SOCKET);
    expect([mode & 0o006, uid === ID, gid === ID]).toEqual([0, false, false]);
    const proxy = await FilteringProxy.start(
      {
        APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
        APP_SANDBOX_USER: `${ID}:${ID}`,
        APP_DOCKER_PROXY_SOCKET_GID: String(ID),
      },
      COMMAND,
    );
    try {
      await chown(proxy.service.directory, ID, ID);
      const service = await proxy.startService();
      const chatId = aChatId();
      const { status, body } = await service.create(chatId);
      expect(status).toBe(200);
      expect((await engine.getContainer(body.container_id).inspect()).Config.User).toBe(`${ID}:${ID}`);
      expect((await service.delete(chatId)).body.result).toBe('deleted');
      expect(proxy.refusals).toEqual([]);
    } finally {
      await proxy.dispose();
    }
  });
});

describe("the proxy's socket", () => {
  it('is for its owner and the group, and is not taken from a living proxy', async () => {
    const proxy = await FilteringProxy.start({ APP_DOCKER_PROXY_SOCKET_GID: '12345' });
    try {
      const { mode, gid } = await stat(proxy.path);
      expect([mode & 0o777, gid]).toEqual([0o660, 12_345]);
      await expect(proxy.open()).rejects.toThrow(/listens at .* already/);
      expect((await proxy.ask('GET', '/_ping')).status).toBe(200);
    } finally {
      await proxy.dispose();
    }
  });

  it('is taken from a dead one', async () => {
    const proxy = await FilteringProxy.start();
    try {
      await proxy.end('SIGKILL');
      await proxy.open();
      expect((await proxy.ask('GET', '/_ping')).status).toBe(200);
      expect(await proxy.end('SIGTERM')).toBe(0);
    } finally {
      await proxy.dispose();
    }
  });
});
