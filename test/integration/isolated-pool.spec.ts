import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../builders/configuration.js';
import { aClaim } from '../builders/containers.js';
import { aDockerRuntime, aNetworkPool } from '../builders/network-pool.js';
import { INSTANCE_PREFIX, removeAllOf } from '../support/engine.js';
import { ensureTestImage } from '../support/test-images.js';

const instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sandbox-master-isolated-pool-'));
  for (const name of ['chat', 'volume', 'dependencies', 'tools']) await mkdir(join(directory, name));
});
afterAll(async () => {
  await removeAllOf(instance);
  await rm(directory, { recursive: true });
});

it('finds a sandbox in a ready network again after a restart, where networks have to be isolated', async () => {
  const config = aSandboxConfig({
    image: await ensureTestImage('silent'),
    networkName: instance,
    networkIsolation: true,
    networkPoolSize: 1,
    dependenciesHostPath: join(directory, 'dependencies'),
    lambdaToolsHostPath: join(directory, 'tools'),
  });
  const pool = aNetworkPool(config, instance);
  const before = aDockerRuntime(config, instance, { pool });
  await before.prepare();
  await pool.add();
  const containerId = await before.create({
    claim: aClaim({
      chatId: randomUUID(),
      sessionId: randomUUID(),
      volumeHostPath: join(directory, 'volume'),
    }),
    chatHostPath: join(directory, 'chat'),
  });
  await before.start(containerId);
  const found = await before.find(containerId);
  expect(found).toMatchObject({ networkHolderId: expect.any(String), ip: expect.any(String) });

  // It has seen no network yet when it lists.
  const after = aDockerRuntime(config, instance);
  expect(await after.list()).toMatchObject([{ containerId, ip: found?.ip }]);
});
