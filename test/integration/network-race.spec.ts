import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { DockerSandboxRuntime } from '../../src/sandbox/adapters/docker/docker-sandbox-runtime.js';
import { missingIsolation } from '../../src/sandbox/adapters/docker/network-isolation.js';
import { aDockerConfig, aSandboxConfig } from '../builders/configuration.js';
import { aDockerRuntime } from '../builders/network-pool.js';
import { RecordingLogger } from '../fakes/observability.js';
import { EngineProxy } from '../faults/engine-proxy.js';
import { engine, INSTANCE_PREFIX, removeAllOf } from '../support/engine.js';

const instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;

const networks = async () =>
  (await engine.listNetworks({ filters: { name: [instance] } })).filter(({ Name }) => Name === instance);

describe("the sandboxes' network", () => {
  afterEach(() => removeAllOf(instance));
  afterAll(() => removeAllOf(instance));

  const logger = new RecordingLogger();
  const aRuntime = (networkIsolation = false, docker = aDockerConfig()): DockerSandboxRuntime =>
    aDockerRuntime(aSandboxConfig({ networkName: instance, networkIsolation }), instance, { docker, logger });

  it('is a bridge that bears its owner, and no chat', async () => {
    await aRuntime().prepare();
    expect(await networks()).toMatchObject([
      { Driver: 'bridge', Labels: { 'managed-by': 'sandbox-master', instance } },
    ]);
    expect((await networks())[0]?.Labels).not.toHaveProperty('chat_id');
  });

  it.each([2, 4])('is there once, although %d services make it at the same moment', async (count) => {
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all(Array.from({ length: count }, () => aRuntime().prepare()));
      expect((await networks()).map(({ Id }) => Id)).toHaveLength(1);
      await removeAllOf(instance);
    }
  });

  it('is there once and isolated, although four services make it at the same moment', async () => {
    for (let round = 1; round <= 3; round += 1) {
      await Promise.all(Array.from({ length: 4 }, () => aRuntime(true).prepare()));
      expect((await networks()).map(missingIsolation)).toEqual([[]]);
      await removeAllOf(instance);
    }
  });

  it('is refused where it lacks the isolation that is asked for', async () => {
    await aRuntime().prepare();
    await expect(aRuntime(true).prepare()).rejects.toMatchObject({ failure: 'network-not-isolated' });
    expect(await networks()).toHaveLength(1);
  });

  it.each([{ isIsolated: true }, { isIsolated: false }])(
    'is not waited for by a list that tells of nobody on it, isolated: $isIsolated',
    async ({ isIsolated }) => {
      await aRuntime(isIsolated).makeNetwork();
      const proxy = new EngineProxy();
      await proxy.open();
      try {
        proxy.inject(/^GET \/networks/, 'delay');
        const runtime = aRuntime(isIsolated, aDockerConfig({ baseUrl: proxy.url }));
        const ended: string[] = [];
        await Promise.all([
          runtime.list().then(() => ended.push('list')),
          runtime.makeNetwork().then(() => ended.push('network')),
        ]);
        expect(ended).toEqual(['list', 'network']);
      } finally {
        await proxy.close();
      }
    },
  );

  it('is made anew by the next start after somebody removed it', async () => {
    const runtime = aRuntime();
    await runtime.prepare();
    await removeAllOf(instance);
    await aRuntime().prepare();
    expect(await networks()).toHaveLength(1);
  });
});
