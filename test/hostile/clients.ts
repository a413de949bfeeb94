import { setTimeout as sleep } from 'node:timers/promises';
import { type Call, type Caller } from './caller.js';
import type { Canaries } from './canaries.js';
import type { FilePage } from './chats.js';
import { nextOperation, type Target } from './operations.js';
import { Random } from '../machines/random.js';
import { Tally } from './tally.js';

/** Calls under way at one time. */
export const CLIENTS = 12;
const PAUSE_MS = 100;

export interface Plan {
  readonly operations: number;
  readonly seed: number;
  /** Ends it early, with what has been done by then. */
  readonly signal?: AbortSignal;
  /** Told what came of every thousand operations. */
  readonly onProgress?: (tally: Tally) => void;
}

/** Those who go on working on the chats while sandboxes fight for every name in them. */
export class Clients {
  readonly tally = new Tally();
  /** Of the calls to a chat that nobody fights for: how slow the machine itself is. */
  quietSlowestMs = 0;
  private readonly random: Random;
  private started = 0;
  private isOver = false;

  constructor(
    private readonly caller: Caller,
    private readonly canaries: Canaries,
    private readonly plan: Plan,
  ) {
    this.random = new Random(plan.seed);
  }

  async run(targets: readonly Target[], quiet: Target): Promise<void> {
    const comparing = this.compare(quiet);
    await Promise.all(Array.from({ length: CLIENTS }, () => this.work(targets)));
    this.isOver = true;
    await comparing;
  }

  private async work(targets: readonly Target[]): Promise<void> {
    const { plan, tally, random } = this;
    while (this.started < plan.operations && plan.signal?.aborted !== true) {
      this.started += 1;
      await this.one(random.pick(targets));
      if (tally.operations % 1000 === 0) plan.onProgress?.(tally);
      // Nobody is to be in step with anybody.
      if (random.below(50) === 0) await sleep(random.below(10));
    }
  }

  private async one(target: Target): Promise<void> {
    const { route, call, allowed } = nextOperation(target, this.random);
    const reply = await this.caller.send(call);
    const { outcome, bytes } = reply;
    this.tally.add(route, reply);
    if (this.canaries.showsIn(bytes))
      this.tally.fault(`${route}: a canary shows in ${bytes.toString().slice(0, 300)}`);
    if (!allowed.includes(outcome))
      this.tally.fault(`${route}: ${outcome} ${bytes.toString().slice(0, 600)}`);
    if (route === 'list' && outcome === 200) target.fileIds = idsOf(bytes);
  }

  private async compare({ chatId }: Target): Promise<void> {
    const path = `/api/v1/chats/${chatId}`;
    const body = Buffer.alloc(12_000, 'quiet ');
    const calls: readonly Call[] = [
      { method: 'PUT', path: `${path}/history`, headers: { 'Content-Type': 'text/markdown' }, body },
      { method: 'PUT', path: `${path}/files/by-name/quiet`, body },
      { method: 'GET', path: `${path}/files` },
    ];
    while (!this.isOver) {
      for (const call of calls) {
        const { outcome, ms } = await this.caller.send(call);
        this.quietSlowestMs = Math.max(this.quietSlowestMs, ms);
        if (![200, 201, 204].includes(Number(outcome))) this.tally.fault(`quiet ${call.method}: ${outcome}`);
      }
      await sleep(PAUSE_MS);
    }
  }
}

/** The headers stand before the body, which begins where an object begins again. */
function idsOf(bytes: Buffer): string[] {
  const text = bytes.toString();
  const page = JSON.parse(text.slice(text.indexOf('}{') + 1)) as FilePage;
  return page.items.map(({ file_id }) => file_id);
}
