import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, type ListedContainer } from '#engine';
import { type Stage } from '#stage';

const VARIABLE = 'APP_SANDBOX_NETWORK_POOL_SIZE';
const MANUAL = join(import.meta.dirname, '../config/app.yaml');
const POLL_MS = 50;
const FULL_MS = 120_000;
/** Between a holder's start, which the engine tells, and the service's knowing that it may use it. */
const TAKEN_IN_MS = 100;

/** What the service is configured with for a pool of so many ready networks; 0: none. */
export const poolOf = (size: number): Record<string, string> => ({ [VARIABLE]: String(size) });

/** Whether the service has such a pool at all: its manual names every variable. */
export const knowsNetworkPool = async (): Promise<boolean> =>
  (await readFile(MANUAL, 'utf8')).includes(VARIABLE);

/** Whether the container holds a network that no sandbox has taken; a taken one bears its sandbox's name and `-network`. */
export const isFreeHolder = ({ State, Names }: ListedContainer): boolean =>
  State === 'running' && Names.every((name) => !name.endsWith('-network'));

/** The ready networks of one instance, as the engine sees them. */
export class NetworkPool {
  private readonly engine: Engine;
  private readonly stage: Stage;
  private readonly size: number;

  constructor(stage: Stage, size: number) {
    this.engine = stage.engine;
    this.stage = stage;
    this.size = size;
  }

  /** Until nothing is being refilled: a refill in the timed part of either side would be measured with it. */
  async untilFull(): Promise<void> {
    const limitMs = performance.now() + FULL_MS;
    let isWaiting = false;
    while ((await this.free()) < this.size) {
      this.stage.signal.throwIfAborted();
      if (performance.now() > limitMs) throw new Error(`no ${this.size} ready networks within ${FULL_MS} ms`);
      isWaiting = true;
      await sleep(POLL_MS);
    }
    if (isWaiting) await sleep(TAKEN_IN_MS);
  }

  private async free(): Promise<number> {
    const labels = [`instance=${this.stage.instance}`, 'role=network-holder'];
    return (await this.engine.list(labels)).filter(isFreeHolder).length;
  }
}

/** Whether a sandbox runs in the network of another container. @param answer of its create */
export async function hasTakenNetwork(engine: Engine, answer: string): Promise<boolean> {
  const { container_id: id } = JSON.parse(answer) as { container_id: string };
  return (await engine.inspect(id)).HostConfig.NetworkMode.startsWith('container:');
}
