import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EngineProxy } from '../faults/engine-proxy.js';
import { containersOfChat, engine, removeContainer } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { Collector } from '../support/otlp/collector.js';
import { aChatId, Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const REMOVAL = /^DELETE \/containers\/[0-9a-f]+$/;
const SECONDS_OF_A_TEST = '3600';
const TTL_SECONDS = 4;

/** One after the other, since what is counted must be known. */
async function times(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 1) await work();
}

describe('metrics', () => {
  const proxy = new EngineProxy();
  const chats = Array.from({ length: 4 }, aChatId);
  const [first = '', second = '', third = '', fourth = ''] = chats;
  const seenIds: string[] = [...chats];
  let collector: Collector;
  let service: Service;

  beforeAll(async () => {
    collector = await Collector.open();
    await proxy.open();
    service = await Service.prepare({
      ...collector.environment,
      APP_SANDBOX_IMAGE: await ensureTestImage('silent'),
      APP_DOCKER_BASE_URL: proxy.url,
    });
    await mkdir(join(service.directory, 'other'), { mode: 0o777 });
    await service.start({ APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: SECONDS_OF_A_TEST });
    await service.untilReady();
  }, 60_000);

  afterAll(async () => {
    await service.dispose();
    await proxy.close();
    await collector.close();
  });

  const create = async (chatId: string, overrides = {}): Promise<number> => {
    const { status, body } = await service.create(chatId, overrides);
    if (status === 200) seenIds.push(body.session_id, body.container_id);
    return status;
  };
  const conflict = async (overrides: object): Promise<void> => {
    expect(await create(first, overrides)).toBe(409);
  };

  /** Waits for an export that says so, and compares all of the counter's series, so that there is no other. */
  async function untilCounted(name: string, expected: Record<string, number>): Promise<void> {
    const counted = (): Record<string, number> =>
      Object.fromEntries(
        collector
          .nonZero(name)
          .map(({ attributes, value }) => [Object.values(attributes).sort().join(' '), value]),
      );
    const isAsExpected = (): boolean =>
      Object.entries(expected).every(([series, value]) => counted()[series] === value);
    await eventually(isAsExpected, `${name} as done`).catch(() => undefined);
    expect(counted()).toEqual(expected);
  }

  const untilActive = (count: number): Promise<void> =>
    eventually(() => collector.value('sandbox.active.count') === count, `${count} active sandboxes`);

  it('begins with every known series at zero', async () => {
    await eventually(() => collector.value('sandbox.create.total', { result: 'replaced' }) === 0, 'zeros');
    for (const name of ['storage.upload.bytes', 'storage.quota.rejected.total']) {
      expect(collector.value(name)).toBe(0);
    }
    expect(collector.nonZero('sandbox.create.total')).toEqual([]);
    await untilActive(0);
  });

  it('counts 200 operations of every result exactly', async () => {
    const other = { volume_host_path: join(service.directory, 'other') };
    for (const chatId of chats) expect(await create(chatId)).toBe(200);
    await untilActive(4);
    await times(100, () => create(first));
    await times(20, () => conflict({ agent_id: 'agent-other' }));
    await times(20, () => conflict(other));
    await times(20, () => conflict({ agent_id: 'agent-other', ...other }));
    await times(28, () => service.delete(aChatId()));

    const [dead] = await containersOfChat(service.instance, first);
    await engine.getContainer(dead?.Id ?? '').kill();
    expect(await create(first)).toBe(200);
    proxy.inject(/^POST \/containers\/[0-9a-f]+\/start$/, 500, 1);
    expect(await create(aChatId())).toBe(503);
    expect(await service.delete(second)).toMatchObject({ body: { result: 'deleted' } });
    proxy.inject(REMOVAL, 500, 1);
    expect(await service.delete(third)).toMatchObject({ status: 500 });
    // What a caller gets wrong is none of the service's results.
    await times(5, () => service.create(first, { agent_id: ' ' }));

    await untilCounted('sandbox.create.total', {
      created: 4,
      reused: 100,
      replaced: 1,
      'agent_id conflict': 20,
      'conflict volume_host_path': 20,
      'agent_id,volume_host_path conflict': 20,
      error: 1,
    });
    await untilCounted('sandbox.delete.total', { deleted: 1, not_found: 28, error: 1 });
    await untilCounted('sandbox.runtime.error.total', { 'failed start': 1, 'delete failed': 1 });
    expect(collector.value('sandbox.start.wait_ms')).toBe(6);
    const durations = ['created', 'reused', 'replaced', 'conflict', 'error'].map((result) =>
      collector.value('sandbox.create.duration_ms', { result }),
    );
    expect(durations).toEqual([4, 100, 1, 60, 1]);
    expect(collector.value('sandbox.runtime.create.duration_ms', { operation: 'create', result: 'ok' })).toBe(
      6,
    );
  });

  it('shows one sandbox less for a deletion, and none less for a replacement or a deletion that failed', async () => {
    await untilActive(3);
  });

  it('counts what a restart and sweeps do, and gauges what runs', async () => {
    await service.end('SIGTERM');
    const [dead] = await containersOfChat(service.instance, fourth);
    await engine.getContainer(dead?.Id ?? '').kill();
    await service.start({
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_TTL_SECONDS: String(TTL_SECONDS),
    });
    await service.untilReady();
    await untilActive(2);

    proxy.inject(REMOVAL, 500, 1);
    expect(await create(second)).toBe(200);
    const [lost] = await containersOfChat(service.instance, first);
    await removeContainer(lost?.Id ?? '');
    await untilCounted('sandbox.cleanup.total', {
      adopted: 2,
      orphan_removed: 1,
      forgotten: 1,
      error: 1,
      expired: 1,
    });
    await untilCounted('sandbox.cleanup.error.total', { failed: 1 });
    await untilActive(1);
    expect(collector.value('sandbox.sweep.lag_seconds')).toBe(0);
    expect(collector.value('sandbox.sweep.age_seconds')).toBeLessThan(10);
  });

  it('tells what it finds expired after a start, and cannot remove, for as long as that is so', async () => {
    const chatId = aChatId();
    expect(await create(chatId)).toBe(200);
    await service.end('SIGKILL');
    await sleep(TTL_SECONDS * 1000);
    proxy.inject(REMOVAL, 500);
    await service.start({
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1',
      APP_SANDBOX_TTL_SECONDS: String(TTL_SECONDS),
    });
    await service.untilReady();
    await eventually(() => (collector.value('sandbox.sweep.lag_seconds') ?? 0) > 1, 'the lag grows', 20_000);
    proxy.heal();
    await eventually(() => collector.value('sandbox.sweep.lag_seconds') === 0, 'the lag is gone', 20_000);
  });

  it('has the figures of requests, of the process, of the event loop and of the host', () => {
    const route = collector
      .metric('http.server.request.duration')
      ?.points.find(({ attributes }) => attributes['http.route'] === '/api/v1/create');
    expect(route?.attributes).toMatchObject({ 'http.request.method': 'POST' });
    for (const name of [
      'process.cpu.time',
      'process.memory.usage',
      'nodejs.eventloop.delay.p99',
      'v8js.memory.heap.used',
      'system.cpu.time',
      'system.memory.usage',
    ]) {
      expect(collector.metricNames).toContain(name);
    }
  });

  it('puts no id of a chat, session or container on any of them', () => {
    expect(collector.holds('/v1/traces', first)).toBe(true);
    expect(seenIds.filter((id) => collector.holds('/v1/metrics', id))).toEqual([]);
    const container = /[0-9a-f]{64}/;
    expect(
      collector.bodies.filter(
        ({ path, body }) => path === '/v1/metrics' && container.test(body.toString('latin1')),
      ),
    ).toEqual([]);
  });
});
