import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { anonymous, EngineProxy } from '../../faults/engine-proxy.js';
import { removeContainer, engine } from '../../support/engine.js';
import { type SandboxAnswer, Service } from '../../support/service.js';
import { ensureTestImage } from '../../support/test-images.js';
import { Random } from '../random.js';
import { faultsOf } from './checker.js';
import type { CreateCall, Life } from './history.js';

const CHATS = 6;
const CALLERS_OF_A_CHAT = 2;
/** Of the docs: how old a proof may be. */
const PROOF_MS = 25;

export interface Outcome {
  readonly faults: readonly string[];
  readonly calls: number;
  readonly ended: number;
  /** Reuses that did not have to ask the engine are those beyond it. */
  readonly inspections: number;
  readonly streams: number;
}

/** Creates of chats that have a sandbox, as fast as they are answered, while the engine ends these behind the service's back. */
export class ReuseMachine {
  private readonly calls: CreateCall[] = [];
  private readonly lives = new Map<string, Life>();
  private readonly chats = Array.from({ length: CHATS }, () => randomUUID());
  private isOver = false;

  private constructor(
    private readonly service: Service,
    private readonly proxy: EngineProxy,
    private readonly random: Random,
    private readonly hasStreamFaults: boolean,
  ) {}

  /** @param hasStreamFaults whether the event stream is cut and delayed; it is prompt else */
  static async start(seed: number, hasStreamFaults: boolean): Promise<ReuseMachine> {
    const proxy = new EngineProxy();
    await proxy.open();
    const service = await Service.start({
      APP_SANDBOX_IMAGE: await ensureTestImage('agent'),
      APP_DOCKER_BASE_URL: proxy.url,
    });
    return new ReuseMachine(service, proxy, new Random(seed), hasStreamFaults);
  }

  async run(ms: number): Promise<Outcome> {
    const ends = sleep(ms).then(() => (this.isOver = true));
    const callers = this.chats.flatMap((chatId) =>
      Array.from({ length: CALLERS_OF_A_CHAT }, () => this.call(chatId)),
    );
    const harm = this.harm(this.random.fork());
    const trouble = this.hasStreamFaults ? this.trouble(this.random.fork()) : Promise.resolve();
    await Promise.all([ends, ...callers, harm, trouble]);
    const { calls, lives, proxy } = this;
    const journal = proxy.journal.map(anonymous);
    const count = (call: string): number => journal.filter((made) => made === call).length;
    return {
      faults: faultsOf({ calls, lives }, this.hasStreamFaults ? PROOF_MS : 0),
      calls: calls.length,
      ended: [...lives.values()].filter(({ goneMs }) => goneMs < Infinity).length,
      inspections: count('GET /containers/:id/json'),
      streams: count('GET /events'),
    };
  }

  async dispose(): Promise<void> {
    await this.service.dispose();
    await this.proxy.close();
  }

  private async call(chatId: string): Promise<void> {
    while (!this.isOver) {
      const beganMs = performance.now();
      const { status, body } = await this.create(chatId);
      const endedMs = performance.now();
      const containerId = status === 200 ? body.container_id : null;
      const ip = status === 200 ? body.endpoint.ip : null;
      this.calls.push({ chatId, beganMs, endedMs, status, containerId, ip });
      if (containerId !== null && ip !== null) this.note(containerId, chatId, ip, endedMs);
    }
  }

  private async create(chatId: string): Promise<{ status: number; body: SandboxAnswer }> {
    // Over connections that are kept, so that many come.
    const response = await fetch(`${this.service.address}/api/v1/create`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ chat_id: chatId, agent_id: 'agent', volume_host_path: this.service.volume }),
    });
    return { status: response.status, body: (await response.json()) as SandboxAnswer };
  }

  private note(containerId: string, chatId: string, ip: string, toldMs: number): void {
    if (this.lives.has(containerId)) return;
    const unharmed = { harmedMs: Infinity, goneMs: Infinity, endedBy: null };
    this.lives.set(containerId, { containerId, chatId, ip, toldMs, ...unharmed });
  }

  /** Ends one sandbox after the other, each time by another hand. */
  private async harm(random: Random): Promise<void> {
    while (!this.isOver) {
      await sleep(random.between(5, 150));
      const living = [...this.lives.values()].filter(({ endedBy }) => endedBy === null);
      if (living.length > 0) await this.end(random.pick(living), random);
    }
  }

  private async end(life: Life, random: Random): Promise<void> {
    const isByService = random.chance(0.2);
    life.harmedMs = performance.now();
    life.endedBy = isByService ? 'service' : 'engine';
    const { containerId, chatId } = life;
    if (isByService) {
      // It may end a younger one of the chat's, where this one is gone already.
      const { body } = await this.service.delete(chatId);
      if (body.container_id !== containerId) return;
    } else if (random.chance(0.5)) await removeContainer(containerId);
    else await kill(containerId);
    life.goneMs = performance.now();
  }

  private async trouble(random: Random): Promise<void> {
    const { events } = this.proxy;
    while (!this.isOver) {
      await sleep(random.between(20, 500));
      const kind = random.pick(['cut', 'hold', 'lag', 'none'] as const);
      if (kind === 'cut') events.cut();
      if (kind === 'hold') events.hold();
      if (kind === 'lag') events.lagMs = random.between(1, 60);
      await sleep(random.between(5, 400));
      events.lagMs = 0;
      events.release();
    }
  }
}

/** One that has ended already is as good. */
async function kill(containerId: string): Promise<void> {
  try {
    await engine.getContainer(containerId).kill();
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) throw error;
  }
}
