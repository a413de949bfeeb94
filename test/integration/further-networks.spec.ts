import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DockerSandboxRuntime } from '../../src/sandbox/adapters/docker/docker-sandbox-runtime.js';
import { isolationOptions, missingIsolation } from '../../src/sandbox/adapters/docker/network-isolation.js';
import type { NewContainer, SandboxRuntimeError } from '../../src/sandbox/ports/sandbox-runtime.js';
import { aSandboxConfig } from '../builders/configuration.js';
import { aClaim } from '../builders/containers.js';
import { aDockerRuntime } from '../builders/network-pool.js';
import { RecordingLogger } from '../fakes/observability.js';
import { engine, INSTANCE_PREFIX, removeAllOf } from '../support/engine.js';
import { type FullBridge, fillBridge } from '../support/full-bridge.js';
import { ensureTestImage } from '../support/test-images.js';

/** A subnet that has an address for one container beside the bridge's own. */
const ONE_CONTAINER = { Config: [{ Subnet: '10.231.77.0/30' }] };

let instance: string;
let image: string;
let directory: string;
let logger: RecordingLogger;

beforeAll(async () => {
  image = await ensureTestImage('silent');
  directory = await mkdtemp(join(tmpdir(), 'sandbox-master-networks-'));
  for (const name of ['chat', 'volume', 'dependencies', 'tools']) await mkdir(join(directory, name));
});
afterAll(() => rm(directory, { recursive: true }));

beforeEach(() => {
  instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
  logger = new RecordingLogger();
});
afterEach(() => removeAllOf(instance));

const aRuntime = (networkIsolation = false, maxNetworks = 16): DockerSandboxRuntime =>
  aDockerRuntime(
    aSandboxConfig({
      image,
      networkName: instance,
      networkIsolation,
      maxNetworks,
      dependenciesHostPath: join(directory, 'dependencies'),
      lambdaToolsHostPath: join(directory, 'tools'),
    }),
    instance,
    { logger },
  );

const aContainer = (): NewContainer => ({
  claim: aClaim({
    chatId: randomUUID(),
    sessionId: randomUUID(),
    volumeHostPath: join(directory, 'volume'),
  }),
  chatHostPath: join(directory, 'chat'),
});

/** Starts it, on the next network where the first try finds one full, as the use case does. */
async function start(runtime: DockerSandboxRuntime, container = aContainer()): Promise<string> {
  const containerId = await runtime.create(container);
  try {
    await runtime.start(containerId);
    return containerId;
  } catch (error) {
    const { failure } = error as SandboxRuntimeError;
    if (failure !== 'network-full' && failure !== 'network-ambiguous') throw error;
    await runtime.remove(containerId);
    return start(runtime, container);
  }
}

const networksOf = async (containerId: string): Promise<string[]> =>
  Object.keys((await engine.getContainer(containerId).inspect()).NetworkSettings.Networks);

const ownNetworks = async () => engine.listNetworks({ filters: { label: [`instance=${instance}`] } });

const makeNetwork = (Name: string, options: object = {}): Promise<unknown> =>
  engine.createNetwork({ Name, Labels: { 'managed-by': 'sandbox-master', instance }, ...options });

describe('a network without a free address', () => {
  beforeEach(() => makeNetwork(instance, { IPAM: ONE_CONTAINER }));

  it('is followed by a second one, which is made once, however many services need it', async () => {
    await start(aRuntime());
    const others = await Promise.all([1, 2, 3, 4].map(() => start(aRuntime())));
    expect(await Promise.all(others.map(networksOf))).toEqual(others.map(() => [`${instance}-2`]));
    expect((await ownNetworks()).map(({ Name }) => Name).sort()).toEqual([instance, `${instance}-2`]);
  });

  it('is the end where there may be no second one', async () => {
    const runtime = aRuntime(false, 1);
    await start(runtime);
    await expect(start(runtime)).rejects.toMatchObject({ failure: 'network-full' });
    expect((await ownNetworks()).map(({ Name }) => Name)).toEqual([instance]);
  });

  it('is told of once, and is not tried again before a list shows that it has room', async () => {
    const runtime = aRuntime();
    const first = await start(runtime);
    await start(runtime);
    await start(runtime);
    expect(logger.events.filter((event) => event === 'sandbox_network_full')).toHaveLength(1);
    await runtime.list();
    await runtime.remove(first);
    expect(await networksOf(await start(runtime))).toEqual([`${instance}-2`]);
    await runtime.list();
    expect(await networksOf(await start(runtime))).toEqual([instance]);
  });

  it('is followed by the third where the name of the second is that of a network of somebody else', async () => {
    const stranger = await engine.createNetwork({ Name: `${instance}-2` });
    try {
      const runtime = aRuntime();
      await start(runtime);
      expect(await networksOf(await start(runtime))).toEqual([`${instance}-3`]);
      expect(logger.events).toContain('sandbox_network_not_ours');
      expect((await stranger.inspect()).Id).toBe(stranger.id);
    } finally {
      await stranger.remove();
    }
  });

  it('has a second one that is made anew when somebody removed it', async () => {
    const runtime = aRuntime();
    await start(runtime);
    await runtime.remove(await start(runtime));
    await engine.getNetwork(`${instance}-2`).remove();
    await expect(start(runtime)).rejects.toMatchObject({ failure: 'network-missing' });
    expect(await networksOf(await start(runtime))).toEqual([`${instance}-2`]);
  });
});

describe('an isolated network whose bridge is full', () => {
  let bridge: FullBridge | null = null;

  beforeEach(async () => {
    await aRuntime(true).prepare();
    bridge = await fillBridge(instance);
  });
  afterEach(() => bridge?.release());

  it('is followed by one that is isolated as well, with a bridge of its own', async () => {
    await start(aRuntime(true));
    const networks = await ownNetworks();
    expect(networks.map(({ Name }) => Name).sort()).toEqual([instance, `${instance}-2`]);
    expect(networks.map(missingIsolation)).toEqual([[], []]);
    const bridges = networks.map(({ Options }) => Options?.['com.docker.network.bridge.name']);
    expect(new Set(bridges).size).toBe(2);
    for (const name of bridges) expect(name).toMatch(/^sbx-.{11}$/);
  });

  it('is not followed by one that lacks the isolation', async () => {
    await makeNetwork(`${instance}-2`);
    await expect(start(aRuntime(true))).rejects.toMatchObject({ failure: 'network-not-isolated' });
  });
});

describe('a service that did not see its further networks being made', () => {
  beforeEach(() => makeNetwork(instance, { IPAM: ONE_CONTAINER }));

  it.each([true, false])('finds the address of a container there, isolated: %s', async (isIsolated) => {
    await engine.getNetwork(instance).remove();
    await makeNetwork(instance, { IPAM: ONE_CONTAINER, Options: isolationOptions(instance) });
    const maker = aRuntime(isIsolated);
    await start(maker);
    const containerId = await start(maker);
    expect(await networksOf(containerId)).toEqual([`${instance}-2`]);
    const seen = await maker.find(containerId);
    expect(seen?.ip).toMatch(/^\d+(\.\d+){3}$/);
    expect(await aRuntime(isIsolated).find(containerId)).toEqual(seen);
    expect(await aRuntime(isIsolated).list()).toContainEqual(seen);
  });

  it('takes an address for none where isolation is asked for and the network lacks it', async () => {
    const weak = aRuntime();
    await start(weak);
    const containerId = await start(weak);
    expect(await aRuntime(true).find(containerId)).toMatchObject({ state: 'running', ip: null });
    expect((await aRuntime(true).list()).map(({ ip }) => ip)).toEqual([null, null]);
  });

  it.each(['-1', '-02', '-x', '2'])('takes an address for none on a network named …%s', async (ending) => {
    const name = `${instance}${ending}`;
    await makeNetwork(name);
    const runtime = aRuntime();
    const containerId = await start(runtime);
    await engine.getNetwork(instance).disconnect({ Container: containerId });
    await engine.getNetwork(name).connect({ Container: containerId });
    expect(await runtime.find(containerId)).toMatchObject({ state: 'running', ip: null });
  });
});
