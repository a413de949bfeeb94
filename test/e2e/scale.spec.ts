import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOf, engine } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, type SandboxAnswer, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

/** How many sandboxes; SCALE_SANDBOXES=300 for a look at a machine that has nothing else to do. */
const SANDBOXES = Number(process.env.SCALE_SANDBOXES ?? 10);
const CONCURRENT = 4;
const DEADLINE_MS = 60_000 + SANDBOXES * 3000;
const DAY_MS = 86_400_000;

describe(`a service with ${SANDBOXES} sandboxes`, () => {
  const report: Record<string, string> = {};
  let service: Service;
  let clock: Record<string, string>;

  beforeAll(async () => {
    service = await Service.prepare({
      APP_SANDBOX_IMAGE: await ensureTestImage('silent'),
      APP_SANDBOX_TTL_SECONDS: '7200',
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_STOP_GRACE_SECONDS: '1',
      NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/jumping-clock.mjs')}`,
    });
    clock = { CLOCK_JUMP: join(service.directory, 'jump') };
  });
  afterAll(async () => {
    await service.dispose();
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  }, DEADLINE_MS);

  /** Does the step, and reports its time, whole and a sandbox. */
  async function timed<T>(step: string, work: () => Promise<T>): Promise<T> {
    const beganMs = performance.now();
    const result = await work();
    const tookMs = performance.now() - beganMs;
    report[step] = `${tookMs.toFixed(1)} ms, ${(tookMs / SANDBOXES).toFixed(2)} ms a sandbox`;
    return result;
  }

  async function start(): Promise<void> {
    await service.start(clock);
    await service.untilReady();
  }

  async function createAll(): Promise<void> {
    const chats = Array.from({ length: SANDBOXES }, aChatId);
    const createNext = async (): Promise<void> => {
      for (let chatId = chats.shift(); chatId !== undefined; chatId = chats.shift()) {
        const { status, body } = await service.create(chatId);
        expect([status, body]).toEqual([200, expect.objectContaining({ chat_id: chatId })]);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT }, createNext));
  }

  const firstPage = async (): Promise<readonly SandboxAnswer[]> =>
    (await service.request<{ items: SandboxAnswer[] }>('GET', '/api/v1/sandboxes')).body.items;

  it(
    'starts them, lists them, finds them again after a restart, and sweeps them all',
    async () => {
      await timed('start to ready, without any', start);
      report['memory without any'] = memoryOf(service.pid);
      await timed('create', createAll);
      report['memory with all'] = memoryOf(service.pid);
      const items = await timed('first page of the list', firstPage);
      expect(items.length).toBeGreaterThan(0);
      await timed("the engine's own list", () => engine.listContainers({ all: true }));

      await service.end('SIGKILL');
      await timed('start to ready, with all', start);
      expect((await service.untilLogged('sandbox_reconciled', 2)).at(-1)).toMatchObject({
        adopted: SANDBOXES,
        error: 0,
      });
      report['memory after the restart'] = memoryOf(service.pid);
      expect(await firstPage()).toEqual(items);

      await service.end('SIGTERM');
      writeFileSync(clock.CLOCK_JUMP ?? '', String(DAY_MS));
      await timed('start until all that expired meanwhile are gone', async () => {
        await service.start(clock);
        const isGone = async (): Promise<boolean> => (await containersOf(service.instance)).length === 0;
        await eventually(isGone, 'all are gone', DEADLINE_MS);
      });
      expect(await firstPage()).toEqual([]);
    },
    DEADLINE_MS * 3,
  );
});

/** What of the process is in memory now (VmRSS). */
const memoryOf = (pid: number): string =>
  /^VmRSS:\s+(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
