import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { Service } from '../support/service.js';
import { ensureTestImage } from '../support/test-images.js';
import { attackFromHost, attackFromInside, compileSwapper } from './attackers.js';
import { Caller } from './caller.js';
import { Canaries } from './canaries.js';
import { aChatOf, chatsRootOf, type FilePage, type OwnedChat } from './chats.js';
import { NAMES, nextOperation, type Target } from './operations.js';
import { below, pick, type Random, seeded } from './random.js';
import { Tally } from './tally.js';
import { descriptorsOf, MemoryWatch } from './vitals.js';

const TELEMETRY = resolve(import.meta.dirname, '../../dist/observability/start-telemetry.js');
const CHATS = 2;
/** Calls under way at one time. */
const CLIENTS = 8;
/** What a call may take at most. */
const LIMIT_MS = 5000;

export interface Plan {
  readonly operations: number;
  readonly seed: number;
  /** Told how many operations are done, now and then. */
  readonly onProgress?: (done: number, tally: Tally) => void;
}

export interface Outcome {
  readonly tally: Tally;
  readonly seconds: number;
  readonly isCompiled: boolean;
  /** Canaries that are not as they were. */
  readonly touched: readonly string[];
  /** What the service has met where a file belongs, by kind. */
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
    APP_METRICS_PROMETHEUS: 'true',
    NODE_OPTIONS: `--import ${TELEMETRY}`,
  });
  try {
    return await new Battle(service, plan).run();
  } finally {
    await service.dispose();
  }
}

class Battle {
  private readonly tally = new Tally();
  private readonly random: Random;
  private readonly caller: Caller;
  private started = 0;

  constructor(
    private readonly service: Service,
    private readonly plan: Plan,
  ) {
    this.random = seeded(plan.seed);
    this.caller = new Caller(service.address, CLIENTS);
  }

  async run(): Promise<Outcome> {
    const { service } = this;
    const bystander = await aChatOf(service);
    const canaries = await this.plantCanaries(bystander);
    const isCompiled = await compileSwapper(service.volume);
    const chats: OwnedChat[] = [];
    for (let count = 0; count < CHATS; count += 1) chats.push(await aChatOf(service));
    const targets = chats.map((chat) => ({ ...chat, fileIds: [] }));
    await this.warmUp(bystander);
    const before = await descriptorsOf(service.pid);
    const memory = await MemoryWatch.on(service.pid);
    const endings = await Promise.all(
      chats.map((chat, index) => this.attack(chat, index, canaries, isCompiled)),
    );
    const beganMs = performance.now();
    const clients = Array.from({ length: CLIENTS }, () => this.work(targets, canaries));
    await Promise.all(clients);
    const seconds = (performance.now() - beganMs) / 1000;
    memory.stop();
    if (process.env.DEBUG)
      console.log(this.tally.table.join('\n'), this.tally.firstFaults.slice(0, 5), seconds, memory.growthMib);
    for (const end of endings) await end();
    this.caller.close();
    const met = await this.hostileEntriesMet();
    return {
      tally: this.tally,
      seconds,
      isCompiled,
      touched: [...(await canaries.touched()), ...(await this.changesOf(bystander, canaries))],
      met,
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

  private async attack(
    { chatId, directory }: OwnedChat,
    index: number,
    canaries: Canaries,
    isCompiled: boolean,
  ): Promise<() => Promise<void>> {
    const { service, plan } = this;
    const { status, body } = await service.create(chatId);
    if (status !== 200) throw new Error(`no sandbox: ${JSON.stringify(body)}`);
    const { targets } = canaries;
    const seed = plan.seed * 100 + index * 10;
    await attackFromInside({ containerId: body.container_id, names: NAMES, targets, seed, isCompiled });
    const spare = join(service.directory, `planted-${index}`);
    const endPlanter = await attackFromHost(directory, spare, canaries.files[0] ?? '', NAMES);
    return async () => {
      await endPlanter();
      await service.delete(chatId);
    };
  }

  private async work(targets: readonly Target[], canaries: Canaries): Promise<void> {
    const { plan, tally, random } = this;
    while (this.started < plan.operations) {
      this.started += 1;
      const target = pick(random, targets);
      const { route, call, allowed } = nextOperation(target, random);
      const reply = await this.caller.send(call);
      const { outcome, bytes, ms } = reply;
      tally.add(route, reply);
      if (canaries.showsIn(bytes))
        tally.fault(`${route}: a canary shows in ${bytes.toString().slice(0, 300)}`);
      if (!allowed.includes(outcome)) tally.fault(`${route}: ${outcome} ${bytes.toString().slice(0, 600)}`);
      if (ms > LIMIT_MS) tally.fault(`${route}: ${outcome} after ${ms.toFixed(0)} ms`);
      if (route === 'list' && outcome === 200) target.fileIds = idsOf(bytes);
      if (tally.operations % 1000 === 0) plan.onProgress?.(tally.operations, tally);
      // Nobody is to be in step with anybody.
      if (below(random, 50) === 0) await sleep(below(random, 10));
    }
  }

  private async changesOf({ directory }: OwnedChat, { mark }: Canaries): Promise<string[]> {
    const history = join(directory, 'history.md');
    const isUnchanged = (await readFile(history, 'utf8')) === Canaries.contentOf(mark);
    return isUnchanged && (await readdir(directory)).length === 1 ? [] : [directory];
  }

  private async hostileEntriesMet(): Promise<Record<string, number>> {
    const { status, body } = await this.service.request<string>('GET', '/metrics');
    if (status !== 200)
      throw new Error(`no metrics: ${status} ${JSON.stringify(body)} ${this.service.errors}`);
    const met: Record<string, number> = {};
    for (const [, labels = '', count] of body.matchAll(/^storage_hostile_entry_total\{(.*)\} (\d+)/gm)) {
      const kind = /kind="(\w+)"/.exec(labels)?.[1] ?? labels;
      met[kind] = (met[kind] ?? 0) + Number(count);
    }
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

/** The headers stand before the body, which begins where an object begins again. */
function idsOf(bytes: Buffer): string[] {
  const text = bytes.toString();
  const page = JSON.parse(text.slice(text.indexOf('}{') + 1)) as FilePage;
  return page.items.map(({ file_id }) => file_id);
}
