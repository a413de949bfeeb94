import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { containersOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const SANDBOXES = 20;

describe('the service, restarted with sandboxes up', () => {
  let image: Record<string, string>;
  let service: Service;

  beforeAll(async () => {
    image = { APP_SANDBOX_IMAGE: await ensureTestImage('agent') };
  });
  beforeEach(async () => {
    service = await Service.start(image);
  });
  afterEach(() => service.dispose());

  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'finds all of them again after %s',
    async (signal) => {
      const chats = Array.from({ length: SANDBOXES }, aChatId);
      const before = await Promise.all(chats.map((chatId) => service.create(chatId)));

      const code = await service.end(signal);
      await service.start();
      await service.untilReady();
      const after = await Promise.all(chats.map((chatId) => service.create(chatId)));

      expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
      expect(after.map(({ status }) => status)).toEqual(chats.map(() => 200));
      expect(after.map(({ body }) => body)).toEqual(before.map(({ body }) => body));
      expect(await containersOf(service.instance)).toHaveLength(SANDBOXES);
    },
    60_000,
  );

  it('ends with 0 while it is still starting', async () => {
    for (const delayMs of [250, 500, 900]) {
      const early = await Service.prepare(image);
      const start = early.start().catch(() => null);
      await sleep(delayMs);
      expect([delayMs, await early.end('SIGTERM')]).toEqual([delayMs, 0]);
      await start;
      await early.dispose();
    }
  });

  it('ends with 0 during many creates, and the next start finds everything consistent', async () => {
    const chats = Array.from({ length: SANDBOXES }, aChatId);
    const creates = chats.map((chatId) => service.create(chatId).catch(() => null));
    await eventually(
      async () => (await containersOf(service.instance)).length > 2,
      'some containers are there',
    );

    const beganMs = performance.now();
    const code = await service.end('SIGTERM');
    const tookMs = performance.now() - beganMs;
    const answers = await Promise.all(creates);

    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    const statuses = new Set(answers.map((answer) => answer?.status));
    expect(
      [...statuses].filter((status) => status !== 200 && status !== 503 && status !== undefined),
    ).toEqual([]);

    await service.start({
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_CREATED_GRACE_SECONDS: '1',
    });
    await service.untilReady();
    for (const answer of answers) {
      if (answer?.status === 200) {
        expect((await service.create(answer.body.chat_id)).body).toEqual(answer.body);
      }
    }
    await eventually(async () => {
      const containers = await containersOf(service.instance);
      const listed = await service.request<{ items: unknown[] }>('GET', '/api/v1/sandboxes');
      return (
        containers.every(({ State }) => State === 'running') && listed.body.items.length === containers.length
      );
    }, 'sandboxes and containers agree');
  }, 60_000);
});

describe('the service, started while the engine is away', () => {
  let proxy: EngineProxy;
  let service: Service;

  beforeEach(async () => {
    proxy = new EngineProxy();
    service = await Service.prepare({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_DOCKER_BASE_URL: proxy.url,
    });
  });
  afterEach(async () => {
    await service.dispose();
    await proxy.close();
  });

  it('is live, not ready, and becomes ready by itself when the engine comes', async () => {
    await service.start();
    expect((await service.request('GET', '/livez')).status).toBe(200);
    const { status, body } = await service.request<{ error: Record<string, unknown> }>('GET', '/readyz');
    expect([status, Object.keys(body.error).sort()]).toEqual([503, ['docker', 'reconciled']]);
    const refused = await service.create(aChatId());
    expect([refused.status, refused.body]).toEqual([
      503,
      { detail: 'sandbox_start_failed: Docker unreachable' },
    ]);

    await proxy.open();
    await service.untilReady();

    expect((await service.create(aChatId())).status).toBe(200);
  });

  it('reconciles a hundred containers with one list call and no inspect', async () => {
    await proxy.open();
    await service.start();
    await service.untilReady();
    const chats = Array.from({ length: 100 }, aChatId);
    await Promise.all(chats.map((chatId) => service.create(chatId)));
    await service.end('SIGKILL');
    proxy.journal.length = 0;

    await service.start();
    await service.untilReady();

    expect((await service.untilLogged('sandbox_reconciled', 2)).at(-1)).toMatchObject({
      adopted: 100,
      error: 0,
    });
    const calls = proxy.journal.filter((call) => call.includes('/containers/'));
    expect(calls).toEqual(['GET /containers/json']);
  }, 120_000);
});
