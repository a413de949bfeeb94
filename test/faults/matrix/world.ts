import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { ContainerInfo } from 'dockerode';
import { createApplication } from '../../../src/application.js';
import { loadConfiguration } from '../../../src/config/load-configuration.js';
import { CLOCK, type Clock } from '../../../src/kernel/clock.js';
import { NetworkPool } from '../../../src/sandbox/adapters/docker/network-pool.js';
import { StartupReconciler } from '../../../src/sandbox/adapters/schedule/startup-reconciler.js';
import { START_QUEUE, type StartQueue } from '../../../src/sandbox/ports/start-queue.js';
import { CleanupExpiredSandboxes } from '../../../src/sandbox/use-cases/cleanup-expired-sandboxes.js';
import { containersOf, INSTANCE_PREFIX, removeAllOf, removeContainer } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';
import { ensureTestImage } from '../../support/test-images.js';
import { EngineProxy } from '../engine-proxy.js';

/** Short, so that what hangs costs little; long enough for a busy engine to start a container. */
export const ENGINE_SECONDS = 2;
export const QUEUE_SECONDS = 2;
export const CREATED_GRACE_SECONDS = 1;
export const STOP_GRACE_SECONDS = 1;
const TTL_SECONDS = 3600;

export interface Answered {
  readonly status: number;
  readonly body: {
    readonly container_id?: string | null;
    readonly endpoint?: { readonly ip: string };
    readonly detail?: unknown;
  };
}

const isOfSandbox = ({ Labels }: ContainerInfo): boolean => Labels.role === undefined;

/** The whole service in this process, behind an engine that fails on request, with a clock that can be put forward. */
export class MatrixWorld {
  readonly instance = `${INSTANCE_PREFIX}${randomBytes(4).toString('hex')}`;
  readonly proxy = new EngineProxy();
  private app: INestApplication | null = null;
  private url = '';
  private shiftMs = 0;

  private constructor(
    private readonly directory: string,
    private readonly image: string,
    private readonly poolSize: number,
  ) {}

  /** @param poolSize networks that wait; they are made when `fillPool` says so, never beside what is tried */
  static async open(poolSize = 0): Promise<MatrixWorld> {
    const directory = await mkdtemp(join(tmpdir(), 'sandbox-master-matrix-'));
    await mkdir(join(directory, 'volume'), { mode: 0o777 });
    const world = new MatrixWorld(directory, await ensureTestImage('agent'), poolSize);
    // With proof of life a create of what is there asks nothing, so that no fault could be met; what events' own faults do,
    // liveness-watch.spec and the history of reuses show.
    world.proxy.hasNoEvents = true;
    await world.proxy.open();
    await world.start();
    await world.untilReconciled();
    return world;
  }

  /** Gives back once it listens, which is before it has reconciled. */
  async start(): Promise<void> {
    const { configuration } = loadConfiguration(this.environment());
    const app = await createApplication(configuration);
    this.app = app;
    const clock = app.get<Clock>(CLOCK);
    const now = clock.now.bind(clock);
    clock.now = () => new Date(now().getTime() + this.shiftMs);
    app.get<StartQueue>(START_QUEUE).idleMs = () => 0;
    await app.listen(0, '127.0.0.1');
    this.url = await app.getUrl();
  }

  untilReconciled(): Promise<void> {
    const reconciler = this.service.get(StartupReconciler);
    return eventually(() => reconciler.isDone, 'it has reconciled');
  }

  async stop(): Promise<void> {
    await this.app?.close();
    this.app = null;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.proxy.close();
    await removeAllOf(this.instance);
    await rm(this.directory, { recursive: true, force: true });
  }

  /** @throws Error where the engine does not answer */
  async sweep(): Promise<void> {
    const counts = await this.service.get(CleanupExpiredSandboxes).execute();
    if (counts === null) throw new Error('the sweep failed');
  }

  /** Ends all faults and all sandboxes. */
  async clear(): Promise<void> {
    this.proxy.heal();
    for (const { Id } of await containersOf(this.instance)) await removeContainer(Id);
    await this.sweep();
  }

  async fillPool(): Promise<void> {
    const pool = this.service.get(NetworkPool);
    while (pool.missing > 0) await pool.add();
  }

  expireAll(): void {
    this.shiftMs += (TTL_SECONDS + 1) * 1000;
  }

  create(chatId: string): Promise<Answered> {
    return this.request('POST', '/api/v1/create', {
      chat_id: chatId,
      agent_id: 'matrix',
      volume_host_path: join(this.directory, 'volume'),
    });
  }

  delete(chatId: string): Promise<Answered> {
    return this.request('DELETE', `/api/v1/sandboxes/${chatId}`);
  }

  get(chatId: string): Promise<Answered> {
    return this.request('GET', `/api/v1/sandboxes/${chatId}`);
  }

  /** The sandboxes' of the instance, with state and address as the engine itself tells them. */
  async containers(): Promise<{ id: string; state: string; ip: string }[]> {
    const all = await containersOf(this.instance);
    const addressOf = ({ NetworkSettings }: ContainerInfo): string =>
      NetworkSettings.Networks[this.instance]?.IPAddress ?? '';
    return all.filter(isOfSandbox).map((container) => {
      const holder = all.find(({ Id }) => container.HostConfig.NetworkMode === `container:${Id}`);
      return { id: container.Id, state: container.State, ip: addressOf(holder ?? container) };
    });
  }

  /** Names of the holders that no container needs and no service waits with. */
  async orphans(): Promise<string[]> {
    const all = await containersOf(this.instance);
    const needed = new Set(all.map(({ HostConfig }) => HostConfig.NetworkMode));
    return all
      .filter((container) => !isOfSandbox(container) && !needed.has(`container:${container.Id}`))
      .filter(({ State }) => State !== 'running')
      .map(({ Names, State }) => `${Names.join()} ${State}`);
  }

  static newChat(): string {
    return randomUUID();
  }

  private get service(): INestApplication {
    if (this.app === null) throw new Error('the service is not started');
    return this.app;
  }

  private async request(method: string, path: string, body?: object): Promise<Answered> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answered['body'] };
  }

  private environment(): Record<string, string> {
    const own = join(this.directory, 'own');
    return {
      APP_HTTP_PORT: '0',
      APP_INSTANCE: this.instance,
      APP_LOGGING_LEVEL: 'silent',
      APP_METRICS_ENABLED: 'false',
      APP_TRACING_ENABLED: 'false',
      APP_DOCKER_BASE_URL: this.proxy.url,
      APP_DOCKER_TIMEOUT_SECONDS: String(ENGINE_SECONDS),
      APP_SANDBOX_IMAGE: this.image,
      APP_SANDBOX_NETWORK_NAME: this.instance,
      APP_SANDBOX_NETWORK_POOL_SIZE: String(this.poolSize),
      APP_SANDBOX_TTL_SECONDS: String(TTL_SECONDS),
      // It sweeps when it is told to.
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '86400',
      APP_SANDBOX_STOP_GRACE_SECONDS: String(STOP_GRACE_SECONDS),
      APP_SANDBOX_CREATED_GRACE_SECONDS: String(CREATED_GRACE_SECONDS),
      APP_SANDBOX_START_QUEUE_TIMEOUT_SECONDS: String(QUEUE_SECONDS),
      APP_SANDBOX_CHATS_ROOT: join(own, 'chats'),
      APP_SANDBOX_DEPENDENCIES_HOST_PATH: join(own, 'dependencies'),
      APP_SANDBOX_LAMBDA_TOOLS_HOST_PATH: join(own, 'tools'),
      APP_SANDBOX_VOLUME_ALLOWED_ROOTS: tmpdir(),
      APP_STORAGE_DATABASE_URL: `sqlite:${join(own, 'database', 'test.db')}`,
    };
  }
}
