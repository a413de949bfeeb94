import {
  type EngineCall,
  type EngineRecorder,
  isContainerInspect,
  isContainerList,
  kindOf,
} from '#engine-recorder';
import { HttpClient } from '#http-client';
import { type Pair } from '#pairs';
import { Service } from '#service';
import { type Stage } from '#stage';

export interface ReconcileFigures {
  /** From the list call to the end of the reconcile, against the same list call alone. */
  readonly time: Pair[];
  /** The most of any start, until /readyz answered 200. */
  readonly listCalls: number;
  readonly inspectCalls: number;
  /** Every call of the last start, for people. */
  readonly calls: readonly string[];
}

/** Starts the service over and over while `expected` labelled containers run. */
export async function measureReconcile(
  stage: Stage,
  recorder: EngineRecorder,
  expected: number,
  rounds: number,
): Promise<ReconcileFigures> {
  const raw = new HttpClient({ socketPath: recorder.socketPath });
  const starts: (Start & { raw: EngineCall })[] = [];
  for (let round = 0; round < rounds; round += 1) {
    stage.signal.throwIfAborted();
    const start = await startOnce(stage, recorder, expected);
    const from = recorder.journal.length;
    await raw.expect(200, 'GET', start.list.path);
    starts.push({ ...start, raw: listOf(recorder.journal.slice(from)) });
  }
  raw.close();
  const most = (matches: (call: EngineCall) => boolean): number =>
    Math.max(...starts.map(({ calls }) => calls.filter(matches).length));
  return {
    time: starts.map(({ reconciledMs, list, raw: floor }) => ({
      service: reconciledMs - list.beganMs,
      floor: floor.endedMs - floor.beganMs,
    })),
    listCalls: most(isContainerList),
    inspectCalls: most(isContainerInspect),
    calls: starts.at(-1)?.calls.map(kindOf) ?? [],
  };
}

interface Start {
  readonly calls: readonly EngineCall[];
  readonly list: EngineCall;
  /** When the service told that the reconcile had ended. */
  readonly reconciledMs: number;
}

async function startOnce(stage: Stage, recorder: EngineRecorder, expected: number): Promise<Start> {
  const from = recorder.journal.length;
  const told = Promise.withResolvers<{ adopted: number; reconciledMs: number }>();
  const onLine = (line: string): void => {
    if (!line.includes('"sandbox_reconciled"')) return;
    const { adopted } = JSON.parse(line) as { adopted: number };
    told.resolve({ adopted, reconciledMs: performance.now() });
  };
  const options = { engineSocket: recorder.socketPath, logLevel: 'info' } as const;
  const service = await Service.start(stage, options, onLine);
  const calls = recorder.journal.slice(from);
  const { adopted, reconciledMs } = await told.promise;
  await service.stop();
  if (adopted !== expected) throw new Error(`${adopted} of ${expected} sandboxes were found again`);
  return { calls, list: listOf(calls), reconciledMs };
}

function listOf(calls: readonly EngineCall[]): EngineCall {
  const list = calls.find(isContainerList);
  if (list === undefined) throw new Error('no list call was seen');
  return list;
}
