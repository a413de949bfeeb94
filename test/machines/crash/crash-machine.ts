import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { Service } from '../../support/service.js';
import { besideTheChats, usageOf } from '../../support/disk-usage.js';
import { readLedger } from '../../support/ledger-file.js';
import { Random } from '../random.js';
import { Api } from './api.js';
import { FileClient, type FileDto } from './file-client.js';
import { HistoryClient, SharedHistory } from './history-clients.js';
import { Samples } from './samples.js';
import { type Tally } from './tally.js';

const ORDER_MS = 60_000;
const APPENDERS = 3;
/** The load goes on until so many writes have been acknowledged, at random, and somewhat longer; however fast the machine. */
const MOST_WRITES = 60;
const MOST_LONGER_MS = 60;
const MOST_LOAD_MS = 10_000;
/** How long after its start the service is killed again, while it still finishes what it found. */
const MOST_RECOVERY_MS = 150;

interface Ids {
  readonly workspace_id: string;
  readonly chat_id: string;
}

/**
 * Many clients write to several chats while the service is killed at random moments. After each restart, everything that
 * was acknowledged must be there, nothing half, nothing left over, and the accounts must be right.
 */
export class CrashMachine {
  private readonly random: Random;
  private readonly samples: Samples;
  private readonly files: FileClient[] = [];
  private readonly histories: HistoryClient[] = [];
  private shared: SharedHistory | null = null;
  private workspaceId = '';

  private constructor(
    private readonly api: Api,
    private readonly tally: Tally,
    seed: number,
  ) {
    this.random = new Random(seed);
    this.samples = new Samples(this.random.fork());
  }

  /** @param tally may be shared by several machines: then they kill so often together */
  static async start(seed: number, tally: Tally): Promise<CrashMachine> {
    const service = await Service.start({ APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' });
    try {
      const machine = new CrashMachine(new Api(service), tally, seed);
      await machine.setUp();
      return machine;
    } catch (error) {
      await service.dispose();
      throw error;
    }
  }

  dispose(): Promise<void> {
    return this.service.dispose();
  }

  /** Kills until so many kills have been done, or it is told to end: after a check then. */
  async run(kills: number, end?: AbortSignal): Promise<void> {
    while (this.tally.kills < kills && end?.aborted !== true) {
      await this.loadAndKill(() => this.someWrites());
      while (this.tally.kills < kills && this.random.chance(0.25)) {
        await this.restart();
        this.tally.killsInRecovery += 1;
        await this.loadAndKill(() => sleep(this.random.below(MOST_RECOVERY_MS)));
      }
      await this.restart();
      await this.service.untilReady();
      await this.check();
    }
  }

  private get service(): Service {
    return this.api.service;
  }

  private get chatsRoot(): string {
    return join(this.service.directory, 'own/chats');
  }

  private get databasePath(): string {
    return join(this.service.directory, 'own/database/test.db');
  }

  private async setUp(): Promise<void> {
    const { body } = await this.service.post<Ids>('/api/v1/workspaces', { user_id: randomUUID() });
    this.workspaceId = body.workspace_id;
    const [crowded, lonely, plain, common] = [
      await this.newChat(),
      await this.newChat(),
      await this.newChat(),
      await this.newChat(),
    ];
    this.addFiles(crowded, ['a1', 'a2', 'a3.txt'], false);
    this.addFiles(crowded, ['b1', 'Grüße b2', '日本 b3'], false);
    this.addFiles(lonely, ['one', 'two', 'three'], true);
    this.addFiles(plain, ['.hidden', 'x y', 'z%'], false);
    for (const chatId of [crowded, lonely]) this.histories.push(new HistoryClient(...this.kit(), chatId));
    this.shared = new SharedHistory(...this.kit(), common);
  }

  private kit(): [Api, Random, Samples, Tally] {
    return [this.api, this.random.fork(), this.samples, this.tally];
  }

  private addFiles(chatId: string, names: readonly string[], isAlone: boolean): void {
    this.files.push(new FileClient(...this.kit(), chatId, names, isAlone));
  }

  private async newChat(): Promise<string> {
    const path = `/api/v1/workspaces/${this.workspaceId}/chats`;
    return (await this.service.post<Ids>(path, {})).body.chat_id;
  }

  private async someWrites(): Promise<void> {
    const { acknowledged } = this.tally;
    const writes = this.random.below(MOST_WRITES);
    const endMs = performance.now() + MOST_LOAD_MS;
    while (this.tally.acknowledged - acknowledged < writes && performance.now() < endMs) await sleep(1);
    await sleep(this.random.below(MOST_LONGER_MS));
  }

  private async loadAndKill(moment: () => Promise<void>): Promise<void> {
    this.api.isDying = false;
    const state = { isOver: false };
    const loop = async (step: () => Promise<void>): Promise<void> => {
      while (!state.isOver) await step();
    };
    const clients = [...this.files, ...this.histories].map((client) => loop(() => client.step()));
    const appenders = Array.from({ length: APPENDERS }, () => loop(async () => this.shared?.step()));
    const load = Promise.all([...clients, ...appenders]);
    // A client that fails before the kill is told of at once.
    await Promise.race([moment(), load]);
    this.api.isDying = true;
    await this.service.end('SIGKILL');
    state.isOver = true;
    await load;
    this.tally.kills += 1;
  }

  private async restart(): Promise<void> {
    this.service.log.length = 0;
    await this.service.start();
    this.api.isDying = false;
    // Before anything is put in order: a list must take no upload that was cut off for a file of the agent.
    await Promise.all(this.files.map(({ chatId }) => this.listOf(chatId)));
  }

  private async check(): Promise<void> {
    await this.untilInOrder();
    for (const { result } of this.service.logged('write_recovered'))
      this.tally.recovered[result as 'finished' | 'undone'] += 1;
    const lists = new Map<string, readonly FileDto[]>();
    for (const { chatId } of this.files) lists.set(chatId, await this.listOf(chatId));
    await Promise.all(this.files.map((client) => client.verify(lists.get(client.chatId) ?? [])));
    await Promise.all(this.histories.map((history) => history.verify()));
    await this.shared?.verify();
    for (const [chatId, listed] of lists) await this.checkNames(chatId, listed);
    await this.checkUsage();
  }

  private async listOf(chatId: string): Promise<readonly FileDto[]> {
    const path = `/chats/${chatId}/files?limit=200`;
    return (await this.api.read<{ items: readonly FileDto[] }>(path)).items;
  }

  /** Once a sweep has gone by: nothing beside the chats, no write under way, and what is on disk is what is counted. */
  private async untilInOrder(): Promise<void> {
    const disorder = async (): Promise<string> => {
      const beside = await besideTheChats(this.chatsRoot);
      if (beside.length > 0) return `leftOver: beside the chats: ${beside.join(' ')}`;
      const { usedBytes, writes } = readLedger(this.databasePath, this.workspaceId);
      if (writes > 0) return `leftOver: ${writes} writes`;
      const onDisk = await usageOf(this.chatsRoot);
      return usedBytes === onDisk ? '' : `miscounted: ${usedBytes} recorded, ${onDisk} on disk`;
    };
    try {
      await eventually(async () => (await disorder()) === '', 'everything is in order', ORDER_MS);
    } catch {
      const last = await disorder();
      this.tally.fault(last.startsWith('leftOver') ? 'leftOver' : 'miscounted', last);
    }
  }

  private async checkNames(chatId: string, listed: readonly FileDto[]): Promise<void> {
    const own = this.files.filter((client) => client.chatId === chatId).flatMap(({ names }) => names);
    const onDisk = (await readdir(join(this.chatsRoot, chatId))).filter((name) => name !== 'history.md');
    for (const name of onDisk) if (!own.includes(name)) this.tally.fault('leftOver', `${name} in ${chatId}`);
    const names = listed.map(({ name }) => name);
    if (onDisk.toSorted().join('/') !== names.toSorted().join('/'))
      this.tally.fault('unexpected', `listed ${names.join(' ')}, on disk ${onDisk.join(' ')}`);
  }

  private async checkUsage(): Promise<void> {
    const path = `/workspaces/${this.workspaceId}/usage`;
    const { used_bytes } = await this.api.read<{ used_bytes: number }>(path);
    const onDisk = await usageOf(this.chatsRoot);
    if (used_bytes !== onDisk) this.tally.fault('miscounted', `usage ${used_bytes}, on disk ${onDisk}`);
  }
}
