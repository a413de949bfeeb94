import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { DockerSandboxRuntime } from '../../src/sandbox/adapters/docker/docker-sandbox-runtime.js';
import { toLabels } from '../../src/sandbox/adapters/docker/labels.js';
import { containerNameOf } from '../../src/sandbox/domain/container-name.js';
import type { SandboxConfig } from '../../src/config/sandbox-config.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { aClaim } from '../builders/containers.js';
import { aDockerRuntime, aNetworkPool } from '../builders/network-pool.js';
import { RecordingLogger } from '../fakes/observability.js';
import { containersOf, engine, INSTANCE_PREFIX, removeAllOf, removeContainer } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { fillBridge } from '../support/full-bridge.js';
import { ensureTestImage } from '../support/test-images.js';
import type { RuntimeWorld } from './runtime-world.js';
import { itIsASandboxRuntime } from './sandbox-runtime.contract.js';

const instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
const strangerInstance = `${instance}-stranger`;

const configOf = (image: string, directory: string): SandboxConfig =>
  aSandboxConfig({
    image,
    networkName: instance,
    networkPoolSize: 3,
    dependenciesHostPath: join(directory, 'dependencies'),
    lambdaToolsHostPath: join(directory, 'tools'),
  });

const runtimeOf = (
  image: string,
  directory: string,
  of = instance,
  pool = aNetworkPool(),
): DockerSandboxRuntime => aDockerRuntime(configOf(image, directory), of, { pool });

/** A container without any agent in it, under a chat's name. Its label lets the test find it again. */
async function place(chatId: string, image: string, labels: Record<string, string>): Promise<string> {
  const { id } = await engine.createContainer({
    name: containerNameOf(chatId, instance),
    Image: image,
    Labels: { 'placed-by': instance, ...labels },
  });
  return id;
}

async function endHolder(holderId: string): Promise<void> {
  await removeContainer(holderId);
  await eventually(
    async () => (await containersOf(instance)).every(({ Id }) => Id !== holderId),
    'the holder is gone',
  );
}

async function clear(): Promise<void> {
  const placed = await engine.listContainers({ all: true, filters: { label: [`placed-by=${instance}`] } });
  const made = [...placed, ...(await containersOf(instance)), ...(await containersOf(strangerInstance))];
  const ids = new Set(made.map(({ Id }) => Id));
  await Promise.all([...ids].map(removeContainer));
}

async function open(): Promise<RuntimeWorld> {
  const image = await ensureTestImage('agent');
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-contract-'));
  for (const name of ['chat', 'volume', 'dependencies', 'tools']) await mkdir(join(directory, name));
  const pool = aNetworkPool(configOf(image, directory), instance);
  return {
    runtime: runtimeOf(image, directory, instance, pool),
    twin: runtimeOf(image, directory),
    stranger: runtimeOf(image, directory, strangerInstance),
    imageless: runtimeOf('sandbox-master-test-missing:latest', directory),
    newContainer: (claim) => ({
      claim: aClaim({
        chatId: randomUUID(),
        sessionId: randomUUID(),
        volumeHostPath: join(directory, 'volume'),
        ...claim,
      }),
      chatHostPath: join(directory, 'chat'),
    }),
    missingDirectory: join(directory, 'missing'),
    fillPool: async (count) => {
      for (let made = 0; made < count; made += 1) await pool.add();
    },
    endHolder,
    takeAway: removeContainer,
    placeForeign: (chatId) => place(chatId, image, {}),
    placeUnreadable: (chatId) =>
      place(chatId, image, { ...toLabels(aClaim({ chatId }), instance), 'schema-version': '99' }),
    fillNetwork: async () => {
      const bridge = await fillBridge(instance);
      return () => bridge.release();
    },
    pause: async (containerId) => {
      await engine.getContainer(containerId).pause();
    },
    kill: async (containerId) => {
      await engine.getContainer(containerId).kill();
    },
    output: '',
    clear,
    close: async () => {
      await pool.close();
      await clear();
      await removeAllOf(instance);
      await rm(directory, { recursive: true });
    },
  };
}

describe('DockerSandboxRuntime', () => {
  itIsASandboxRuntime(open);

  describe('beyond the port', () => {
    afterAll(() => removeAllOf(instance));

    it('says once that the network was made, and makes it anew when it is gone', async () => {
      const logger = new RecordingLogger();
      const config = aSandboxConfig({ networkName: instance });
      const prepare = (): Promise<void> => aDockerRuntime(config, instance, { logger }).prepare();
      await removeAllOf(instance);
      for (let time = 1; time <= 3; time += 1) await prepare();
      expect(logger.events).toEqual(['sandbox_network_created']);
    });

    it("knows the engine's own directories once it has been prepared", async () => {
      const runtime = runtimeOf('any', tmpdir());
      expect(runtime.dataDirectories()).toEqual([]);
      await runtime.prepare();
      expect(runtime.dataDirectories()).toEqual([expect.stringMatching(/^\//)]);
    });
  });
});
