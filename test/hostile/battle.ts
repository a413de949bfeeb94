import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';
import { type Attack, attackFromHost, attackFromInside, compileSwapper, stoppedInside } from './attackers.js';
import { Caller } from './caller.js';
import { Canaries } from './canaries.js';
import { aChatOf, chatsRootOf, type OwnedChat } from './chats.js';
import { CLIENTS, Clients, type Plan } from './clients.js';
import { NAMES } from './operations.js';
import type { Tally } from './tally.js';
import { descriptorsOf, MemoryWatch } from './vitals.js';

const CHATS = 2;

export interface Outcome {
  readonly tally: Tally;
  readonly quietSlowestMs: number;
  readonly seconds: number;
  readonly isCompiled: boolean;
  /** Attackers that did not fight to the end. */
  readonly stopped: number;
  /** Canaries that are not as they were. */
  readonly touched: readonly string[];
  /** What the service has met where the history belongs, by kind. */
  readonly met: Readonly<Record<string, number>>;
  readonly descriptors: { readonly before: number; readonly after: number };
  readonly memoryGrowthMib: number;
  /** Names beside the chats' directories, once all is quiet. */
  readonly besideChats: readonly string[];
}

/** The built service and sandboxes whose every process fights the files that clients are working on. */
export async function fight(plan: Plan): Promise<Outcome> {
  const service = await Service.start({
    APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
    APP_SANDBOX_TTL_SECONDS: '86400',
    APP_STORAGE_MAX_HISTORY_BYTES: '65536',
    // With memory to spare, garbage is left to lie for hundreds of megabytes, and a leak would not be told from it. A
    // small heap alone would have a tiny nursery, and spend its time collecting.
    NODE_OPTIONS: '--max-old-space-size=256 --max-semi-space-size=16',
  });
  try {
    return await new Battle(service, plan).run();
  } finally {
    await service.dispose();
  }
}

class Battle {
  constructor(
    private readonly service: Service,
    private readonly plan: Plan,
  ) {}

  async run(): Promise<Outcome> {
    const { service } = this;
    const bystander = await aChatOf(service);
    const canaries = await this.plantCanaries(bystander);
    const isCompiled = await compileSwapper(service.volume);
    const chats: OwnedChat[] = [];
    for (let count = 0; count < CHATS; count += 1) chats.push(await aChatOf(service));
    const quiet = await aChatOf(service);
    await this.warmUp(bystander);
    const before = await descriptorsOf(service.pid);
    const memory = await MemoryWatch.on(service.pid);
    const endings = await Promise.all(
      chats.map((chat, index) => this.attack(chat, index, canaries, isCompiled)),
    );
    const beganMs = performance.now();
    const caller = new Caller(service.address, CLIENTS + 1);
    const clients = new Clients(caller, canaries, this.plan);
    await clients.run(
      chats.map((chat) => ({ ...chat, fileIds: [] })),
      { ...quiet, fileIds: [] },
    );
    const seconds = (performance.now() - beganMs) / 1000;
    memory.stop();
    let stopped = 0;
    for (const end of endings) stopped += await end();
    caller.close();
    return {
      tally: clients.tally,
      quietSlowestMs: clients.quietSlowestMs,
      seconds,
      isCompiled,
      stopped,
      touched: [...(await canaries.touched()), ...(await this.changesOf(bystander, canaries))],
      met: this.hostileHistories(),
      descriptors: { before, after: await this.descriptorsAtRest(before) },
      memoryGrowthMib: memory.growthMib,
      besideChats: await this.besideChats(),
    };
  }

  private async plantCanaries(bystander: OwnedChat): Promise<Canaries> {
    const { service } = this;
    const mark = Canaries.newMark();
    await service.request('PUT', `/api/v1/chats/${bystander.chatId}/history`, {
      body: Canaries.contentOf(mark),
      headers: { 'Content-Type': 'text/markdown' },
    });
    return Canaries.plant(join(service.directory, 'own'), mark, [
      join(bystander.directory, 'history.md'),
      `../${bystander.chatId}/history.md`,
      '..',
      join(service.directory, 'own/database/test.db'),
      '/proc/self/environ',
    ]);
  }

  /** So that what is opened once and kept is not taken for a leak. */
  private async warmUp({ chatId }: OwnedChat): Promise<void> {
    const calls = ['files', 'history', 'files', 'history'].map((path) =>
      this.service.request('GET', `/api/v1/chats/${chatId}/${path}`),
    );
    await Promise.all(calls);
  }

  /** @returns what ends it, and says how many had stopped before */
  private async attack(
    { chatId, directory }: OwnedChat,
    index: number,
    canaries: Canaries,
    isCompiled: boolean,
  ): Promise<() => Promise<number>> {
    const { service, plan } = this;
    const { status, body } = await service.create(chatId);
    if (status !== 200) throw new Error(`no sandbox: ${JSON.stringify(body)}`);
    const { targets } = canaries;
    const seed = plan.seed * 100 + index * 10;
    const attack: Attack = { containerId: body.container_id, names: NAMES, targets, seed, isCompiled };
    await attackFromInside(attack);
    const spare = join(service.directory, `planted-${index}`);
    const endPlanter = await attackFromHost(directory, spare, canaries.files[0] ?? '', NAMES);
    return async () => {
      const stopped = await stoppedInside(attack);
      await endPlanter();
      await service.delete(chatId);
      return stopped;
    };
  }

  private async changesOf({ directory }: OwnedChat, { mark }: Canaries): Promise<string[]> {
    const history = join(directory, 'history.md');
    const isUnchanged = (await readFile(history, 'utf8')) === Canaries.contentOf(mark);
    return isUnchanged && (await readdir(directory)).length === 1 ? [] : [directory];
  }

  /** By what the log tells of histories; other names are met as often, and counted for the metrics alone. */
  private hostileHistories(): Record<string, number> {
    const met: Record<string, number> = {};
    for (const { kind } of this.service.logged('history_moved_aside'))
      met[String(kind)] = (met[String(kind)] ?? 0) + 1;
    return met;
  }

  /** Connections of clients that have gone take a moment to close. */
  private async descriptorsAtRest(before: number): Promise<number> {
    const { pid } = this.service;
    const isAtRest = async (): Promise<boolean> => (await descriptorsOf(pid)) <= before;
    // Whoever asked has to judge what there is after all the time.
    await eventually(isAtRest, 'the descriptors are closed', 10_000).catch(() => null);
    return descriptorsOf(pid);
  }

  private async besideChats(): Promise<string[]> {
    const names = async (): Promise<string[]> =>
      (await readdir(chatsRootOf(this.service))).filter((name) => name.startsWith('.'));
    const isTidy = async (): Promise<boolean> => (await names()).every((name) => name.startsWith('.aside-'));
    await eventually(isTidy, 'what was discarded is removed', 10_000).catch(() => null);
    return names();
  }
}
