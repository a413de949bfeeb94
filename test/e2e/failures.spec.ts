import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { containersOf, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { type Answer, aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const started: { dispose(): Promise<void> }[] = [];

const start = async (environment: Record<string, string>): Promise<Service> => {
  const service = await Service.start(environment);
  started.push(service);
  return service;
};

const expectFailure = ({ status, body }: Answer<unknown>, reason: string): void => {
  expect([status, body]).toEqual([503, { detail: `sandbox_start_failed: ${reason}` }]);
};

describe('a create that cannot succeed', () => {
  afterEach(async () => {
    for (const service of started.splice(0)) await service.dispose();
  });

  it('says that the image is missing', async () => {
    const service = await start({ APP_SANDBOX_IMAGE: 'sandbox-master-test-nowhere:latest' });
    expectFailure(await service.create(aChatId()), 'image missing');
    expect(await containersOf(service.instance)).toEqual([]);
  });

  it('says that the network is missing, and makes it anew for the next one', async () => {
    const service = await start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
    await engine.getNetwork(service.network).remove();
    expectFailure(await service.create(aChatId()), 'network missing');
    expect(await containersOf(service.instance)).toEqual([]);
    expect((await service.create(aChatId())).status).toBe(200);
  });

  it('says that the volume is missing, and nobody makes it', async () => {
    const service = await start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
    const missing = join(service.directory, 'missing', 'deep');
    expectFailure(await service.create(aChatId(), { volume_host_path: missing }), 'mount source missing');
    await expect(stat(join(service.directory, 'missing'))).rejects.toThrow('ENOENT');
    expect(await containersOf(service.instance)).toEqual([]);
  });

  it('says that another source is missing, and nobody makes it', async () => {
    const service = await start({ APP_SANDBOX_IMAGE: await ensureTestImage('agent') });
    const tools = join(service.directory, 'own', 'tools');
    await rm(tools, { recursive: true });
    expectFailure(await service.create(aChatId()), 'mount source missing');
    await expect(stat(tools)).rejects.toThrow('ENOENT');
    await mkdir(tools);
    expect((await service.create(aChatId())).status).toBe(200);
  });

  it('says with which code the container ended, with its last words in the log', async () => {
    const service = await start({
      APP_SANDBOX_IMAGE: await ensureTestImage('exits'),
      APP_SANDBOX_READY_TIMEOUT_SECONDS: '10',
    });
    expectFailure(await service.create(aChatId()), 'exited with code 3');
    expect((await service.untilLogged('sandbox_start_undone')).at(-1)?.output).toContain('last words');
    expect(await containersOf(service.instance)).toEqual([]);
  });

  it('says that the agent was not ready in time, and is ready when it answers', async () => {
    const ready = { APP_SANDBOX_READY_TIMEOUT_SECONDS: '1' };
    const silent = await start({ APP_SANDBOX_IMAGE: await ensureTestImage('silent'), ...ready });
    const beganMs = performance.now();
    expectFailure(await silent.create(aChatId()), 'not ready in time');
    expect(performance.now() - beganMs).toBeLessThan(4000);
    expect(await containersOf(silent.instance)).toEqual([]);

    const agent = {
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_READY_TIMEOUT_SECONDS: '10',
    };
    for (const [path, status] of [
      ['', 200],
      ['/health', 200],
    ] as const) {
      const service = await start({ ...agent, APP_SANDBOX_READY_HTTP_PATH: path });
      expect((await service.create(aChatId())).status).toBe(status);
    }
    const wrong = await start({ ...agent, ...ready, APP_SANDBOX_READY_HTTP_PATH: '/nothing-here' });
    expectFailure(await wrong.create(aChatId()), 'not ready in time');
  }, 30_000);

  it('refuses more sandboxes than may be up, and says when to try again', async () => {
    const service = await start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_MAX_ACTIVE: '2',
    });
    const chats = [aChatId(), aChatId()];
    await Promise.all(chats.map((chatId) => service.create(chatId)));
    const refused = await service.create(aChatId());
    expect([refused.status, refused.body]).toEqual([429, { detail: 'sandbox_limit_reached' }]);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await service.create(chats[0] ?? '')).status).toBe(200);
    await service.delete(chats[0] ?? '');
    expect((await service.create(aChatId())).status).toBe(200);
  });
});

/** Long enough for the engine of a busy machine, short enough to wait for. */
const ENGINE_MS = 3000;
const QUEUE_MS = 1000;
/** What is promised, and a little for the way. */
const CREATE_LIMIT_MS = QUEUE_MS + 3 * ENGINE_MS + 100;
const DELETE_LIMIT_MS = 2 * ENGINE_MS + 100;

describe('an engine that misbehaves', () => {
  let proxy: EngineProxy;
  const throughProxy = async (environment: Record<string, string> = {}): Promise<Service> => {
    proxy = new EngineProxy();
    await proxy.open();
    started.push({ dispose: () => proxy.close() });
    return start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_DOCKER_BASE_URL: proxy.url,
      APP_DOCKER_TIMEOUT_SECONDS: String(ENGINE_MS / 1000),
      APP_SANDBOX_START_QUEUE_TIMEOUT_SECONDS: String(QUEUE_MS / 1000),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_CREATED_GRACE_SECONDS: '1',
      ...environment,
    });
  };
  afterEach(async () => {
    for (const service of started.splice(0).reverse()) await service.dispose();
  });

  it('away: creates, reuses and deletes say so at once, and all is well when it is back', async () => {
    const service = await throughProxy();
    const chatId = aChatId();
    const { body } = await service.create(chatId);
    await proxy.close();

    expectFailure(await service.create(aChatId()), 'Docker unreachable');
    expectFailure(await service.create(chatId), 'Docker unreachable');
    const conflict = await service.create(chatId, { agent_id: 'someone-else' });
    expect([conflict.status, conflict.body]).toEqual([409, { detail: 'sandbox_conflict' }]);
    const unknown = await service.request('GET', `/api/v1/sandboxes/${chatId}`);
    expect([unknown.status, unknown.body]).toEqual([503, { detail: 'sandbox_runtime_unavailable' }]);

    await proxy.open();
    expect((await service.create(chatId)).body).toEqual(body);
  });

  it('away during a delete: the sweep deletes when it is back', async () => {
    const service = await throughProxy();
    const chatId = aChatId();
    await service.create(chatId);
    await proxy.close();
    const failed = await service.delete(chatId);
    expect([failed.status, failed.body]).toEqual([500, { detail: 'sandbox_delete_failed' }]);

    await proxy.open();
    await eventually(
      async () => (await containersOf(service.instance)).length === 0,
      'the sweep has deleted it',
    );
  });

  it('hanging: every answer comes in its time, and nothing is left behind', async () => {
    const service = await throughProxy();
    const up = aChatId();
    await service.create(up);
    proxy.inject(/./, 'hang');

    const timed = async (work: Promise<Answer<unknown>>): Promise<[number, number]> => {
      const beganMs = performance.now();
      const { status } = await work;
      return [status, performance.now() - beganMs];
    };
    const [fresh, reuse, deletion, live, ready, list] = await Promise.all([
      timed(service.create(aChatId())),
      timed(service.create(up)),
      timed(service.delete(aChatId())),
      timed(service.request('GET', '/livez')),
      timed(service.request('GET', '/readyz')),
      timed(service.request('GET', '/api/v1/sandboxes')),
    ]);

    expect([fresh[0], reuse[0], deletion[0], live[0], ready[0], list[0]]).toEqual([
      503, 503, 500, 200, 503, 503,
    ]);
    expect(Math.max(fresh[1], reuse[1])).toBeLessThan(CREATE_LIMIT_MS);
    expect(deletion[1]).toBeLessThan(DELETE_LIMIT_MS);
    expect(Math.max(live[1], ready[1], list[1])).toBeLessThan(5000);
    proxy.heal();
    expect((await service.create(up)).status).toBe(200);
    await eventually(
      async () => (await containersOf(service.instance)).length === 1,
      'only that one is left',
    );
  });

  const calls = [
    ['POST /containers/create', /^POST \/containers\/create/],
    ['POST start', /^POST .*\/start$/],
    ['GET inspect', /^GET \/containers\/[^/]+\/json$/],
  ] as const;
  const faults = ['refuse', 'lose-answer', 'cut-answer', 'hang', 500] as const;

  it.each(
    calls.flatMap(([name, pattern]) => faults.map((fault) => [name, String(fault), pattern, fault] as const)),
  )(
    '%s meets %s: the create succeeds or leaves nothing, and the next one succeeds',
    async (_name, _fault, pattern, fault) => {
      const service = await throughProxy();
      const chatId = aChatId();
      proxy.inject(pattern, fault, 1);

      const beganMs = performance.now();
      const answer = await service.create(chatId);
      expect(performance.now() - beganMs).toBeLessThan(CREATE_LIMIT_MS);
      expect([200, 503]).toContain(answer.status);
      proxy.heal();

      const next = await service.create(chatId);
      expect(next.status).toBe(200);
      if (answer.status === 200) expect(next.body).toEqual(answer.body);
      await eventually(async () => {
        const containers = await containersOf(service.instance);
        return containers.length === 1 && containers[0]?.Id === next.body.container_id;
      }, 'there is one container');
    },
  );

  it.each(faults)('a delete that meets %s: it succeeds, or the sweep does it', async (fault) => {
    const service = await throughProxy();
    const chatId = aChatId();
    await service.create(chatId);
    proxy.inject(/^DELETE /, fault, 1);

    const answer = await service.delete(chatId);

    expect([200, 500]).toContain(answer.status);
    proxy.heal();
    await eventually(async () => (await containersOf(service.instance)).length === 0, 'it is gone');
  });
});
