import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { containersOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const TTL_MS = 10_000;
const INTERVAL_MS = 1000;
const GRACE_MS = 1000;
const APART_MS = 1000;
const SANDBOXES = 4;
/** The clock is led back by a tenth of the interval a sweep: time runs so much faster or slower meanwhile. */
const RATE = 0.1;
/** For a machine that is busy with other tests. */
const SLACK_MS = 3000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface Life {
  readonly bornMs: number;
  endedMs: number;
}

describe('a wall clock that jumps while sandboxes run', () => {
  let image: string;
  const services: Service[] = [];
  beforeAll(async () => {
    image = await ensureTestImage('agent');
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.dispose()));
  });

  async function start(): Promise<Service> {
    const preload = join(import.meta.dirname, '../support/jumping-clock.mjs');
    const service = await Service.prepare({
      APP_SANDBOX_IMAGE: image,
      APP_SANDBOX_TTL_SECONDS: String(TTL_MS / 1000),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: String(INTERVAL_MS / 1000),
      APP_SANDBOX_STOP_GRACE_SECONDS: String(GRACE_MS / 1000),
      NODE_OPTIONS: `--import ${preload}`,
    });
    services.push(service);
    await service.start({ CLOCK_JUMP: join(service.directory, 'jump') });
    await service.untilReady();
    return service;
  }

  /** Starts sandboxes one after the other, has the clock jump, and sees when each of them ends. */
  async function livesOver(jumpMs: number): Promise<Life[]> {
    const service = await start();
    const lives = new Map<string, Life>();
    for (let count = 0; count < SANDBOXES; count += 1) {
      const { body } = await service.create(aChatId());
      lives.set(body.container_id, { bornMs: performance.now(), endedMs: Infinity });
      await sleep(APART_MS);
    }
    await writeFile(join(service.directory, 'jump'), String(jumpMs));
    await eventually(
      async () => {
        const there = new Set((await containersOf(service.instance)).map(({ Id }) => Id));
        for (const [id, life] of lives)
          if (!there.has(id)) life.endedMs = Math.min(life.endedMs, performance.now());
        return there.size === 0;
      },
      'all have ended',
      2 * TTL_MS + SLACK_MS,
    );
    return [...lives.values()];
  }

  it('by an hour or a day, either way, ends each in its own time', async () => {
    const forwards = [livesOver(HOUR_MS), livesOver(DAY_MS)];
    const backwards = [livesOver(-HOUR_MS), livesOver(-DAY_MS)];
    for (const { bornMs, endedMs } of (await Promise.all(forwards)).flat())
      expect(endedMs - bornMs).toBeGreaterThan(TTL_MS * (1 - RATE) - APART_MS);
    for (const { bornMs, endedMs } of (await Promise.all(backwards)).flat())
      expect(endedMs - bornMs).toBeLessThan(TTL_MS * (1 + RATE) + INTERVAL_MS + GRACE_MS + SLACK_MS);
    for (const lives of await Promise.all([...forwards, ...backwards])) {
      const ends = lives.map(({ endedMs }) => endedMs);
      // Not all of them at once: as far apart as they were born, but for a sweep.
      expect(Math.max(...ends) - Math.min(...ends)).toBeGreaterThan((SANDBOXES - 1) * APART_MS * 0.5);
    }
  }, 90_000);
});
