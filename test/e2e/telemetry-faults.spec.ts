import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { Collector } from '../support/otlp/collector.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const ROUNDS = 3;
const CALLS = 30;
const FLOOD = 3000;
const CONNECTIONS = 16;
/** More than two full queues, of spans and of records, can take. */
const MOST_GROWTH_MIB = 150;

const medianOf = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? NaN;

describe('a collector that', () => {
  const chatId = aChatId();
  let collector: Collector;
  let service: Service;

  beforeAll(async () => {
    collector = await Collector.open();
    service = await Service.start({
      ...collector.environment,
      APP_SANDBOX_IMAGE: await ensureTestImage('silent'),
    });
    await service.create(chatId);
  }, 60_000);

  afterAll(async () => {
    await service.dispose();
    await collector.close();
  });

  const reuse = async (): Promise<number> => {
    const beganMs = performance.now();
    expect((await service.create(chatId)).status).toBe(200);
    return performance.now() - beganMs;
  };
  const warnings = (): number => service.logged('telemetry_export_failed').length;

  const residentMib = async (): Promise<number> => {
    const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  };

  async function untilTraced(target: Service): Promise<void> {
    const traceIds: string[] = [];
    const isThere = async (): Promise<boolean> => {
      // Again and again, since what comes while the queue is still full of older spans is dropped.
      const traceId = randomBytes(16).toString('hex');
      traceIds.push(traceId);
      const headers = { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` };
      await target.request('GET', '/api/v1/sandboxes', { headers });
      await sleep(250);
      return traceIds.some((sent) => collector.spansOf(sent).length > 0);
    };
    await eventually(isThere, 'a new trace arrives', 40_000);
  }

  it('refuses, hangs or is away makes no request slower', async () => {
    const moods: Record<string, () => Promise<void> | void> = {
      accepts: () => {
        collector.recover();
      },
      refuses: () => {
        collector.mood = 503;
      },
      hangs: () => {
        collector.mood = 'hang';
      },
      away: () => collector.close(),
    };
    const took: Record<string, number[]> = {};
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [name, set] of Object.entries(moods)) {
        await set();
        for (let call = 0; call < CALLS; call += 1) (took[name] ??= []).push(await reuse());
      }
      await collector.open();
    }
    collector.recover();
    const usualMs = medianOf(took.accepts ?? []);
    for (const times of Object.values(took)) expect(medianOf(times)).toBeLessThan(2 * usualMs + 10);
  });

  it('hangs costs no memory without bound, and the log goes on', async () => {
    await untilTraced(service);
    collector.mood = 'hang';
    const beforeMib = await residentMib();
    const lines = service.logged('http_request').length;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (let call = 0; call < FLOOD / CONNECTIONS; call += 1) await reuse();
      }),
    );
    expect((await residentMib()) - beforeMib).toBeLessThan(MOST_GROWTH_MIB);
    await service.untilLogged('http_request', lines + FLOOD - CONNECTIONS);
  });

  it('comes back gets what happens then; of all its faults the log has told once', async () => {
    await collector.close();
    await eventually(() => warnings() > 0, 'the warning', 30_000);
    await collector.open();
    collector.recover();
    await untilTraced(service);
    await service.untilLogged('telemetry_export_resumed');
    expect(warnings()).toBe(1);
    expect(service.logged('telemetry_export_failed')[0]).toMatchObject({ level: 'warn' });
    expect(service.errors).not.toMatch(/otlp|otel|export/i);
  });

  it('hangs does not hold up the end', async () => {
    collector.mood = 'hang';
    await reuse();
    const beganMs = performance.now();
    expect(await service.end('SIGTERM')).toBe(0);
    expect(performance.now() - beganMs).toBeLessThan(8000);
    collector.recover();
  });

  it('listens gets what was done last, before the process ends', async () => {
    const traceId = randomBytes(16).toString('hex');
    const short = await Service.start({
      ...collector.environment,
      APP_OTEL_METRIC_EXPORT_INTERVAL: '600000',
    });
    try {
      await short.request('DELETE', `/api/v1/sandboxes/${aChatId()}`, {
        headers: {
          traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
          'X-Request-ID': 'last',
        },
      });
      const beganMs = performance.now();
      expect(await short.end('SIGTERM')).toBe(0);
      expect(performance.now() - beganMs).toBeLessThan(5000);
      const names = collector.spansOf(traceId).map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['DELETE /api/v1/sandboxes/:chat_id', 'usecase.delete_sandbox']),
      );
      expect(collector.value('sandbox.delete.total', { result: 'not_found' })).toBe(1);
      const records = collector.logs.filter(({ attributes }) => attributes.request_id === 'last');
      expect(records.map(({ body }) => body)).toContain('http_request');
    } finally {
      await short.dispose();
    }
  });
});
