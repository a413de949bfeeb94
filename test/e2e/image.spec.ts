import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildLocalNodeBase } from '../../scripts/setup/local-node-base.mjs';
import { buildServiceImage } from '../../scripts/setup/service-image.mjs';
import { containersOf, ENGINE_SOCKET, engine, INSTANCE_PREFIX, removeAllOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';
import { aChatId, type SandboxAnswer } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';

const BASE = 'sandbox-master-test-base:latest';
const IMAGE = 'sandbox-master-test-service:latest';
const TOKEN = 'a-token-of-good-length';
/** The whole build: dependencies, compiler, pruning. */
const BUILD_MS = 600_000;

const bind = (source: string, target = source): Docker.MountSettings => ({
  Type: 'bind',
  Source: source,
  Target: target,
});

describe('the service in its own image', () => {
  const instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
  let directory: string;
  let container: Docker.Container;
  let url: string;

  beforeAll(async () => {
    await buildLocalNodeBase(engine, BASE);
    await buildServiceImage(engine, { baseImage: BASE, tag: IMAGE });
    directory = await mkdtemp(join(tmpdir(), 'sandbox-master-test-'));
    await mkdir(join(directory, 'volume'), { mode: 0o777 });
    await engine.createNetwork({ Name: instance, Labels: { instance } });
    container = await engine.createContainer({
      Image: IMAGE,
      Labels: { instance },
      Env: Object.entries({
        APP_HTTP_HOST: '0.0.0.0',
        APP_INSTANCE: instance,
        APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
        APP_SANDBOX_NETWORK_NAME: instance,
        APP_SANDBOX_CHATS_ROOT: join(directory, 'own/chats'),
        APP_SANDBOX_DEPENDENCIES_HOST_PATH: join(directory, 'own/dependencies'),
        APP_SANDBOX_LAMBDA_TOOLS_HOST_PATH: join(directory, 'own/tools'),
        APP_SANDBOX_VOLUME_ALLOWED_ROOTS: directory,
        APP_STORAGE_DATABASE_URL: `sqlite:${join(directory, 'own/database/test.db')}`,
        APP_SECURITY_REQUIRE_TOKEN: 'true',
        APP_API_TOKEN: TOKEN,
        APP_SIGNING_KEY: 'a-signing-key-of-good-length',
      }).map(([name, value]) => `${name}=${value}`),
      HostConfig: {
        NetworkMode: instance,
        Mounts: [bind(ENGINE_SOCKET), bind(directory)],
        ReadonlyRootfs: true,
        Tmpfs: { '/tmp': '' },
        CapDrop: ['ALL'],
        CapAdd: ['DAC_OVERRIDE', 'FOWNER', 'CHOWN'],
        SecurityOpt: ['no-new-privileges:true'],
      },
    });
    await container.start();
    const { NetworkSettings } = await container.inspect();
    url = `http://${NetworkSettings.Networks[instance]?.IPAddress ?? ''}:8123`;
    await eventually(async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => null);
      return answer?.status === 200;
    }, 'the service is ready');
  }, BUILD_MS);

  afterAll(async () => {
    await removeAllOf(instance);
    await rm(directory, { recursive: true, force: true });
  });

  it('creates a sandbox whose agent answers', async () => {
    const response = await fetch(`${url}/api/v1/create`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Token': TOKEN },
      body: JSON.stringify({
        chat_id: aChatId(),
        agent_id: 'agent-test',
        volume_host_path: join(directory, 'volume'),
      }),
    });
    const sandbox = (await response.json()) as SandboxAnswer;

    expect(response.status).toBe(200);
    await eventually(async () => {
      const answer = await fetch(`http://${sandbox.endpoint.ip}:${sandbox.endpoint.port}/health`).catch(
        () => null,
      );
      return answer?.status === 200;
    }, 'the agent answers');
  });

  it('has an init process, Node as its direct child, and nothing that only builds need', async () => {
    const { Processes } = (await container.top()) as { Processes: string[][] };
    expect(Processes.map((columns) => columns.at(-1))).toEqual([
      expect.stringMatching(/^tini -- node /),
      expect.stringMatching(/^node .*dist\/main\.js$/),
    ]);
    const listing = await engine.createContainer({
      Image: IMAGE,
      Labels: { instance },
      Entrypoint: ['ls', 'node_modules'],
    });
    await listing.start();
    await listing.wait();
    const names = (await listing.logs({ stdout: true, stderr: true })).toString('utf8');
    expect(names).toMatch(/dockerode/);
    expect(names).not.toMatch(/typescript|jest|eslint/);
  });

  it('ends with 0 when it is stopped, and leaves the sandboxes running', async () => {
    await container.stop({ t: 10 });
    expect((await container.inspect()).State.ExitCode).toBe(0);
    const sandboxes = (await containersOf(instance)).filter(({ Labels }) => Labels.chat_id !== undefined);
    expect(sandboxes.map(({ State }) => State)).toEqual(['running']);
  });
});
