import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { besideTheChats, usageOf } from '../../support/disk-usage.js';
import { containersOf, engine } from '../../support/engine.js';
import { eventually } from '../../support/eventually.js';
import { PostgresCluster } from '../../support/postgres-cluster.js';
import { ensureTestImage } from '../../support/test-images.js';
import { FileClient, type FileDto } from '../crash/file-client.js';
import { Samples } from '../crash/samples.js';
import { Tally } from '../crash/tally.js';
import { Random } from '../random.js';
import { faultsOf } from './checker.js';
import { Chronicle } from './chronicle.js';
import { Foreigners } from './foreigners.js';
import { Replica } from './replica.js';

const CHATS = 6;
const CLIENTS = 8;
const TTL_SECONDS = 4;
const INTERVAL_SECONDS = 1;
const GRACE_SECONDS = 1;
const ENGINE_SECONDS = 3;
const QUEUE_SECONDS = 5;
/** For a machine that is busy with all of this. */
const SLACK_MS = 5000;
const LIMIT_MS = {
  create: (QUEUE_SECONDS + 3 * ENGINE_SECONDS) * 1000 + SLACK_MS,
  delete: 2 * ENGINE_SECONDS * 1000 + SLACK_MS,
};
const ALLOWED = { create: [200, 409, 500, 503], delete: [200, 500] };
const FAULTS = ['delay', 'hang', 'refuse', 'lose-answer', 'cut-answer', 500] as const;
const AGREE_MS = 30_000;

export interface StormResult {
  readonly requests: number;
  readonly creates: number;
  readonly containers: number;
  readonly harms: number;
  readonly kills: number;
  readonly troubles: number;
  readonly writes: number;
  /** What must never be. */
  readonly faults: readonly string[];
}

/**
 * Two replicas on one engine and one database, many clients on few chats, and meanwhile everything that can go wrong:
 * engine calls that fail, processes that are killed, containers that are killed, removed, paused and stopped, life times
 * that end. What happened is written down, and judged afterwards.
 */
export class StormMachine {
  private readonly random: Random;
  private readonly tally = new Tally();
  private readonly chatIds: string[] = [];
  private readonly files: FileClient[] = [];
  private readonly faults: string[] = [];
  private kills = 0;
  private troubles = 0;
  private isOver = false;
  private workspaceId = '';

  private constructor(
    private readonly cluster: PostgresCluster,
    private readonly replicas: readonly [Replica, Replica],
    private readonly chronicle: Chronicle,
    private readonly foreigners: Foreigners,
    seed: number,
  ) {
    this.random = new Random(seed);
  }

  static async start(seed: number): Promise<StormMachine> {
    await using owned = new AsyncDisposableStack();
    const cluster = await PostgresCluster.start();
    owned.defer(() => cluster.stop());
    const environment = {
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_SANDBOX_TTL_SECONDS: String(TTL_SECONDS),
      APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: String(INTERVAL_SECONDS),
      APP_SANDBOX_STOP_GRACE_SECONDS: String(GRACE_SECONDS),
      APP_SANDBOX_START_QUEUE_TIMEOUT_SECONDS: String(QUEUE_SECONDS),
      APP_DOCKER_TIMEOUT_SECONDS: String(ENGINE_SECONDS),
      APP_STORAGE_DATABASE_URL: await cluster.newDatabase(),
    };
    const first = await Replica.start(environment);
    owned.defer(() => first.dispose());
    const { instance, network, directory } = first.service;
    const second = await Replica.start({
      ...environment,
      APP_INSTANCE: instance,
      APP_SANDBOX_NETWORK_NAME: network,
      APP_SANDBOX_CHATS_ROOT: join(directory, 'own/chats'),
    });
    owned.defer(() => second.dispose());
    const foreigners = await Foreigners.start(instance);
    owned.defer(() => foreigners.remove());
    const chronicle = await Chronicle.of(instance, network);
    const machine = new StormMachine(cluster, [first, second], chronicle, foreigners, seed);
    await machine.setUp();
    owned.move();
    return machine;
  }

  async dispose(): Promise<void> {
    await this.chronicle.close();
    const [first, second] = this.replicas;
    await second.dispose();
    await first.dispose();
    await this.foreigners.remove();
    await this.cluster.stop();
  }

  /** @param lastMs how long it storms */
  async run(lastMs: number): Promise<StormResult> {
    const work = [
      ...Array.from({ length: CLIENTS }, () => this.client(this.random.fork())),
      ...this.files.map((client) => this.writer(client)),
      this.harmer(this.random.fork()),
      this.killer(this.random.fork()),
      ...this.replicas.map((replica) => this.troubler(replica, this.random.fork())),
    ];
    const storm = Promise.all(work);
    await Promise.race([sleep(lastMs), storm]);
    this.isOver = true;
    await storm;
    await this.calm();
    return this.judged();
  }

  private get instance(): string {
    return this.replicas[0].service.instance;
  }

  private get chatsRoot(): string {
    return join(this.replicas[0].service.directory, 'own/chats');
  }

  private async setUp(): Promise<void> {
    const { service } = this.replicas[0];
    const { body } = await service.post<{ workspace_id: string }>('/api/v1/workspaces', {
      user_id: randomUUID(),
    });
    this.workspaceId = body.workspace_id;
    const samples = new Samples(this.random.fork());
    for (let count = 0; count < CHATS; count += 1) {
      const path = `/api/v1/workspaces/${this.workspaceId}/chats`;
      const { chat_id: chatId } = (await service.post<{ chat_id: string }>(path, {})).body;
      this.chatIds.push(chatId);
      const { api } = this.random.pick(this.replicas);
      const names = ['one', 'zwei ü', 'three.txt'];
      this.files.push(new FileClient(api, this.random.fork(), samples, this.tally, chatId, names, false));
    }
  }

  private async client(random: Random): Promise<void> {
    while (!this.isOver) {
      const kind = random.chance(0.8) ? 'create' : 'delete';
      await this.request(kind, random.pick(this.replicas), random.pick(this.chatIds), random.chance(0.05));
      await sleep(random.below(60));
    }
  }

  private async request(
    kind: 'create' | 'delete',
    replica: Replica,
    chatId: string,
    isOtherAgent: boolean,
  ): Promise<void> {
    const beganAt = Date.now();
    const terms = {
      volume_host_path: this.replicas[0].service.volume,
      agent_id: isOtherAgent ? 'another' : 'agent-test',
    };
    const answer =
      kind === 'create'
        ? await replica.ask((service) => service.create(chatId, terms))
        : await replica.ask((service) => service.delete(chatId));
    const endedAt = Date.now();
    const status = answer?.status ?? null;
    const body = answer?.body as { container_id?: string | null; endpoint?: { ip: string } } | undefined;
    const [containerId, ip] = [body?.container_id ?? null, body?.endpoint?.ip ?? null];
    this.chronicle.history.requests.push({ kind, chatId, beganAt, endedAt, status, containerId, ip });
    if (status !== null && !ALLOWED[kind].includes(status))
      this.faults.push(`${kind} ended with ${status} ${JSON.stringify(body)}`);
    if (endedAt - beganAt > LIMIT_MS[kind]) this.faults.push(`${kind} took ${endedAt - beganAt} ms`);
  }

  private async writer(client: FileClient): Promise<void> {
    while (!this.isOver) {
      await client.step();
      await sleep(20);
    }
  }

  /** Does to containers what a rough operator, or a kernel out of memory, does. */
  private async harmer(random: Random): Promise<void> {
    while (!this.isOver) {
      await sleep(100 + random.below(500));
      const containers = await containersOf(this.instance);
      if (containers.length === 0) continue;
      const { Id } = random.pick(containers);
      const container = engine.getContainer(Id);
      const ways = [
        () => container.kill(),
        () => container.remove({ force: true }),
        () => container.pause(),
        () => container.stop({ t: 0 }),
      ];
      this.chronicle.history.harms.push({ containerId: Id, at: Date.now() });
      await random
        .pick(ways)()
        .catch((error: unknown) => {
          // The service, or time, was faster.
          if (![304, 404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
        });
    }
  }

  private async killer(random: Random): Promise<void> {
    while (!this.isOver) {
      await sleep(1500 + random.below(3000));
      await random.pick(this.replicas).kill(random.below(1500));
      this.kills += 1;
    }
  }

  private async troubler(replica: Replica, random: Random): Promise<void> {
    while (!this.isOver) {
      await sleep(random.below(2000));
      await replica.trouble(random.pick(FAULTS), random.between(1, 5), random.below(1500));
      this.troubles += 1;
    }
  }

  /** All faults have ended: one interval and the grace later, records and containers agree. */
  private async calm(): Promise<void> {
    for (const { proxy } of this.replicas) proxy.heal();
    for (const { service } of this.replicas) await service.untilReady();
    let found: string[] = [];
    const agree = async (): Promise<boolean> => (found = await this.disagreements()).length === 0;
    await eventually(agree, 'records and containers agree', AGREE_MS).catch(() => this.faults.push(...found));
    await this.checkFiles();
    for (const chatId of this.chatIds)
      await this.request('delete', this.random.pick(this.replicas), chatId, false);
    await sleep((INTERVAL_SECONDS + GRACE_SECONDS) * 1000);
    const left = await containersOf(this.instance);
    for (const { Id, State, Labels } of left)
      this.faults.push(`${Id} of ${String(Labels.chat_id)} is left, ${State}`);
    this.faults.push(...(await this.foreigners.harmed()));
  }

  private async disagreements(): Promise<string[]> {
    const found: string[] = [];
    for (const chatId of this.chatIds) {
      const ofChat = (await containersOf(this.instance)).filter(({ Labels }) => Labels.chat_id === chatId);
      const isOff = ofChat.length > 1 || ofChat.some(({ State }) => State !== 'running');
      if (isOff) found.push(`${chatId} has ${JSON.stringify(ofChat.map(({ Id, State }) => [Id, State]))}`);
      for (const { service } of this.replicas) {
        const { status, body } = await service.request<{ container_id?: string }>(
          'GET',
          `/api/v1/sandboxes/${chatId}`,
        );
        const known = status === 200 ? body.container_id : undefined;
        if (known !== ofChat[0]?.Id)
          found.push(`${chatId} is ${status} ${String(known)}, and has ${String(ofChat[0]?.Id)}`);
      }
    }
    return found;
  }

  private async checkFiles(): Promise<void> {
    const { api } = this.replicas[1];
    for (const client of this.files) {
      const path = `/chats/${client.chatId}/files?limit=200`;
      await client.verify((await api.read<{ items: readonly FileDto[] }>(path)).items);
    }
    const isTidy = async (): Promise<boolean> => (await besideTheChats(this.chatsRoot)).length === 0;
    await eventually(isTidy, 'nothing lies beside the chats', AGREE_MS).catch((error: unknown) =>
      this.faults.push(String(error)),
    );
    const path = `/workspaces/${this.workspaceId}/usage`;
    const { used_bytes } = await api.read<{ used_bytes: number }>(path);
    const onDisk = await usageOf(this.chatsRoot);
    if (used_bytes !== onDisk) this.faults.push(`usage ${used_bytes}, on disk ${onDisk}`);
  }

  private async judged(): Promise<StormResult> {
    const history = await this.chronicle.close();
    const { requests, lives, harms } = history;
    return {
      requests: requests.length,
      creates: requests.filter(({ kind, status }) => kind === 'create' && status === 200).length,
      containers: lives.size,
      harms: harms.length,
      kills: this.kills,
      troubles: this.troubles,
      writes: this.tally.acknowledged,
      faults: [...this.faults, ...this.tally.faults, ...faultsOf(history)],
    };
  }
}
