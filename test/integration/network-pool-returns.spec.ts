import { randomBytes } from 'node:crypto';
import { Duplex, PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DockerSandboxRuntime } from '../../src/sandbox/adapters/docker/docker-sandbox-runtime.js';
import { NetworkHolders } from '../../src/sandbox/adapters/docker/network-holders.js';
import { NetworkLease } from '../../src/sandbox/adapters/docker/network-lease.js';
import type { NetworkPool } from '../../src/sandbox/adapters/docker/network-pool.js';
import { aDockerConfig, aSandboxConfig } from '../builders/configuration.js';
import { aClaim } from '../builders/containers.js';
import { aDockerRuntime, aNetworkPool } from '../builders/network-pool.js';
import { EngineProxy } from '../faults/engine-proxy.js';
import { INSTANCE_PREFIX, removeAllOf } from '../support/engine.js';

const instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;

const aConnection = (): Duplex => Duplex.from({ readable: new PassThrough(), writable: new PassThrough() });

/** Holders whose connections never tell of their end, as those to an engine whose host has died. */
describe('what comes back into the pool of networks', () => {
  const proxy = new EngineProxy();
  let pool: NetworkPool;
  let runtime: DockerSandboxRuntime;

  beforeEach(async () => {
    await proxy.open();
    let count = 0;
    jest
      .spyOn(NetworkHolders.prototype, 'start')
      .mockImplementation((_name, _createdAt, onOver) =>
        Promise.resolve(new NetworkLease(`missing-holder-${(count += 1)}`, aConnection(), onOver)),
      );
    const config = aSandboxConfig({ networkName: instance, networkPoolSize: 2 });
    pool = aNetworkPool(config, instance);
    runtime = aDockerRuntime(config, instance, { docker: aDockerConfig({ baseUrl: proxy.url }), pool });
    await pool.add();
    await pool.add();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    proxy.heal();
    await proxy.close();
    await removeAllOf(instance);
  });

  const create = (sessionId: string, ownNetwork = false): Promise<string> =>
    runtime.create({ claim: aClaim({ sessionId }), chatHostPath: '/chats/1', ownNetwork });

  it('is one in which the engine has refused to make anything', async () => {
    proxy.message = 'no such image: missing';
    proxy.inject(/^POST \/containers\/create/, 404);
    await expect(create('s1')).rejects.toMatchObject({ failure: 'image-missing' });
    expect(pool.missing).toBe(0);
  });

  it('is none that the engine does not know', async () => {
    proxy.message = 'No such container: missing-holder-1';
    proxy.inject(/^POST \/containers\/create/, 404);
    await expect(create('s1')).rejects.toMatchObject({ failure: 'network-holder-lost' });
    expect(pool.missing).toBe(1);
  });

  it('is none in which something may have been made', async () => {
    proxy.inject(/^POST \/containers\/create/, 500, 1);
    await expect(create('s1')).rejects.toMatchObject({ failure: 'failed' });
    proxy.message = 'no such image: missing';
    proxy.inject(/^POST \/containers\/create/, 404);
    await expect(create('s1', true)).rejects.toMatchObject({ failure: 'image-missing' });
    expect(pool.missing).toBe(1);
  });
});
