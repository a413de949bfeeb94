import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EngineRecorder, isContainerList } from '#engine-recorder';
import { median } from '#pairs';
import { Service } from '#service';
import { type Stage } from '#stage';
import { msOf } from '#timed';

const PROBE = join(import.meta.dirname, 'memory-probe.ts');
const TOLD_MS = 60_000;
/** Buffers of the start are given back to the system a little later. */
const SETTLE_MS = 1000;

export interface Memory {
  /** Of the heap and beside it, after a full collection. */
  readonly heldBytes: number;
  /** Of the whole process; what the start needed for a moment is in it where the system has not got it back. */
  readonly residentBytes: number;
}

interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** The service with a probe of its memory in it, behind a recorder that sees when it lists containers. */
export class MeasuredService {
  private readonly service: Service;
  private readonly engine: EngineRecorder;
  private readonly lines: Line[];
  /** From the end of the engine's answer to the end of the reconcile. */
  readonly reconcileMs: number;

  private constructor(service: Service, engine: EngineRecorder, lines: Line[], reconcileMs: number) {
    this.service = service;
    this.engine = engine;
    this.lines = lines;
    this.reconcileMs = reconcileMs;
  }

  static async start(
    stage: Stage,
    engine: EngineRecorder,
    environment: Readonly<Record<string, string>>,
  ): Promise<MeasuredService> {
    const lines: Line[] = [];
    const from = engine.journal.length;
    const service = await Service.start(
      stage,
      {
        engineSocket: engine.socketPath,
        // A sweep is told of at debug, as is every adoption; so sweeps are taken by a start of their own.
        logLevel: 'APP_SANDBOX_CLEANUP_INTERVAL_SECONDS' in environment ? 'debug' : 'info',
        environment,
        nodeArguments: ['--expose-gc', '--import', PROBE],
      },
      (text) => lines.push({ atMs: performance.now(), text }),
    );
    const reconciled = await until(() => lines.find(({ text }) => text.includes('"sandbox_reconciled"')));
    const listed = engine.journal.slice(from).find(isContainerList);
    return new MeasuredService(service, engine, lines, reconciled.atMs - (listed?.endedMs ?? 0));
  }

  async memory(): Promise<Memory> {
    await sleep(SETTLE_MS);
    this.service.signal('SIGUSR2');
    const { text } = await until(() => this.lines.find((line) => line.text.startsWith('{"memory"')));
    const { memory } = JSON.parse(text) as { memory: NodeJS.MemoryUsage };
    return { heldBytes: memory.heapUsed + memory.external, residentBytes: memory.rss };
  }

  /** The median time of the first page; each asks the engine for the whole list. */
  async listMs(count: number): Promise<number> {
    const times: number[] = [];
    while (times.length < count)
      times.push(await msOf(() => this.service.http.expect(200, 'GET', '/api/v1/sandboxes')));
    return median(times);
  }

  /** Each from the end of the engine's answer to the end of the sweep. */
  async sweepsMs(count: number): Promise<number[]> {
    const swept = (): Line[] => this.lines.filter(({ text }) => text.includes('"sandbox_swept"'));
    const before = swept().length;
    await until(() => swept()[before + count - 1]);
    return swept()
      .slice(before, before + count)
      .map(({ atMs }) => {
        const lists = this.engine.journal.filter(isContainerList).map(({ endedMs }) => endedMs);
        return atMs - Math.max(...lists.filter((endedMs) => endedMs <= atMs));
      });
  }

  stop(): Promise<void> {
    return this.service.stop();
  }
}

async function until<T>(find: () => T | undefined): Promise<T> {
  const limitMs = performance.now() + TOLD_MS;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (performance.now() > limitMs) throw new Error('the service does not tell what it was asked for');
    await sleep(10);
  }
}
