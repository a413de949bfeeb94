import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type EngineCall, EngineRecorder, isContainerList } from '#engine-recorder';
import { HttpClient } from '#http-client';
import { type Pair } from '#pairs';
import { FirstVersionSide } from '#peers/first-version-side';
import { Service } from '#service';
import { type Stage } from '#stage';

/** So seldom that the service has next to nothing to do but to start. */
const POLL_MS = 100;

/** What one start asked of the engine. */
export interface ObservedStart {
  readonly calls: readonly EngineCall[];
  /** From the list call to the end of the reconcile. */
  readonly fromListMs: number;
  /** From the first call that was not asked for by the readiness route. */
  readonly fromFirstCallMs: number;
}

/** Starts over and over while `expected` labelled containers run, with a recorder between them and the engine. */
export class ObservedStarts {
  private readonly stage: Stage;
  private readonly recorder: EngineRecorder;
  private readonly raw: HttpClient;
  private readonly expected: number;

  private constructor(stage: Stage, recorder: EngineRecorder, expected: number) {
    this.stage = stage;
    this.recorder = recorder;
    this.expected = expected;
    this.raw = new HttpClient({ socketPath: recorder.socketPath });
  }

  static async open(stage: Stage, expected: number): Promise<ObservedStarts> {
    const recorder = new EngineRecorder(join(stage.directory, `${randomUUID()}.sock`), stage.engineSocket);
    await recorder.start();
    stage.cleanups.add('recorder', () => recorder.stop());
    return new ObservedStarts(stage, recorder, expected);
  }

  /** @throws when the service has not found all sandboxes again */
  async ofService(): Promise<ObservedStart> {
    const from = this.recorder.journal.length;
    const told = Promise.withResolvers<{ adopted: number; endedMs: number }>();
    const onLine = (line: string): void => {
      if (!line.includes('"sandbox_reconciled"')) return;
      const { adopted } = JSON.parse(line) as { adopted: number };
      told.resolve({ adopted, endedMs: performance.now() });
    };
    const options = { engineSocket: this.recorder.socketPath, logLevel: 'info', pollMs: POLL_MS } as const;
    const service = await Service.start(this.stage, options, onLine);
    const calls = this.recorder.journal.slice(from);
    const { adopted, endedMs } = await told.promise;
    await service.stop();
    if (adopted !== this.expected)
      throw new Error(`${adopted} of ${this.expected} sandboxes were found again`);
    return observed(calls, endedMs);
  }

  /** Its reconcile is over with its last call. */
  async ofFirstVersion(): Promise<ObservedStart> {
    const from = this.recorder.journal.length;
    const side = await FirstVersionSide.start(this.stage, this.recorder.socketPath);
    const calls = this.recorder.journal.slice(from);
    await side.stop();
    return observed(calls, calls.at(-1)?.endedMs ?? 0);
  }

  /** The same list call as the service's, alone. @returns milliseconds */
  async rawList({ calls }: ObservedStart): Promise<number> {
    const from = this.recorder.journal.length;
    await this.raw.expect(200, 'GET', listOf(calls).path);
    const { beganMs, endedMs } = listOf(this.recorder.journal.slice(from));
    return endedMs - beganMs;
  }

  close(): void {
    this.raw.close();
  }
}

/** In milliseconds, of the service and of the raw list call that followed. */
export const againstList = (
  starts: readonly { readonly start: ObservedStart; readonly listMs: number }[],
  figure: 'fromListMs' | 'fromFirstCallMs',
): Pair[] => starts.map(({ start, listMs }) => ({ service: start[figure], floor: listMs }));

export const countOf = ({ calls }: ObservedStart, matches: (call: EngineCall) => boolean): number =>
  calls.filter(matches).length;

function observed(calls: readonly EngineCall[], endedMs: number): ObservedStart {
  const firstMs = Math.min(...calls.filter(({ path }) => path !== '/_ping').map(({ beganMs }) => beganMs));
  return { calls, fromListMs: endedMs - listOf(calls).beganMs, fromFirstCallMs: endedMs - firstMs };
}

function listOf(calls: readonly EngineCall[]): EngineCall {
  const list = calls.find(isContainerList);
  if (list === undefined) throw new Error('no list call was seen');
  return list;
}
