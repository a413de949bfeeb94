import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type EngineCall, EngineRecorder, isCreate, kindOf } from '#engine-recorder';
import { median } from '#pairs';
import { Service } from '#service';
import { type Sample } from '#sides';
import { type Stage } from '#stage';
import { tell } from '#tell';

/** Where the time of one request goes: medians in milliseconds by engine call, and what lies around them. */
export type Breakdown = ReadonlyMap<string, number>;

interface Timed {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly calls: readonly EngineCall[];
}

export interface Observation {
  readonly sample: Sample;
  readonly create: Breakdown;
  readonly delete: Breakdown;
}

interface Watched {
  readonly rounds: number;
  /** Over the stage's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Before each round. */
  readonly untilQuiet?: () => Promise<void>;
}

/** Creates and deletes through a service of its own, which is connected to a recorder. */
export async function observe(stage: Stage, watched: Watched): Promise<Observation> {
  const { rounds, environment = {}, untilQuiet = () => Promise.resolve() } = watched;
  tell('watching the engine calls of create and delete');
  const recorder = new EngineRecorder(join(stage.directory, `${randomUUID()}.sock`), stage.engineSocket);
  await recorder.start();
  stage.cleanups.add('recorder', () => recorder.stop());
  const service = await Service.start(stage, { engineSocket: recorder.socketPath, environment });
  await untilQuiet();
  const sample = await takeSample(service, recorder);
  const creates: Timed[] = [];
  const deletes: Timed[] = [];
  for (let round = 0; round < rounds; round += 1) {
    stage.signal.throwIfAborted();
    const chatId = randomUUID();
    await untilQuiet();
    creates.push(await record(recorder, () => service.create(chatId)));
    await untilQuiet();
    deletes.push(await record(recorder, () => service.delete(chatId)));
  }
  await service.stop();
  return { sample, create: breakDown(creates), delete: breakDown(deletes) };
}

async function takeSample(service: Service, recorder: EngineRecorder): Promise<Sample> {
  const chatId = randomUUID();
  const { calls } = await record(recorder, () => service.create(chatId));
  await service.delete(chatId);
  const request = calls.find((call) => isCreate(call) && call.body.includes(chatId));
  if (request === undefined) throw new Error('the service made no container');
  const spec = JSON.parse(request.body) as { HostConfig: { Mounts: { Source: string }[] } };
  const directory = spec.HostConfig.Mounts.find(({ Source }) => Source.includes(chatId))?.Source;
  if (directory === undefined) throw new Error("the chat's directory is not mounted");
  return { chatId, chatDirectory: directory, request };
}

async function record(recorder: EngineRecorder, work: () => Promise<unknown>): Promise<Timed> {
  const from = recorder.journal.length;
  const beganMs = performance.now();
  await work();
  return { beganMs, endedMs: performance.now(), calls: recorder.journal.slice(from) };
}

function breakDown(requests: readonly Timed[]): Breakdown {
  const kinds = new Set(requests.flatMap(({ calls }) => calls.map(kindOf)));
  const parts = [...kinds].map((kind): [string, number] => [
    kind,
    median(requests.map(({ calls }) => engineMs(calls.filter((call) => kindOf(call) === kind)))),
  ]);
  return new Map([
    ['before the first call', median(requests.map(beforeMs))],
    ...parts,
    ['between the calls', median(requests.map(betweenMs))],
    ['after the last call', median(requests.map(afterMs))],
  ]);
}

const engineMs = (calls: readonly EngineCall[]): number =>
  calls.reduce((sum, { beganMs, endedMs }) => sum + endedMs - beganMs, 0);

const beforeMs = ({ beganMs, calls }: Timed): number =>
  calls.length === 0 ? 0 : Math.min(...calls.map((call) => call.beganMs)) - beganMs;

const afterMs = ({ endedMs, calls }: Timed): number => endedMs - (calls.at(-1)?.endedMs ?? endedMs);

const betweenMs = (request: Timed): number =>
  request.endedMs - request.beganMs - coveredMs(request.calls) - beforeMs(request) - afterMs(request);

/** Some calls go on side by side. */
function coveredMs(calls: readonly EngineCall[]): number {
  let covered = 0;
  let untilMs = 0;
  for (const { beganMs, endedMs } of calls.toSorted((one, other) => one.beganMs - other.beganMs)) {
    covered += Math.max(0, endedMs - Math.max(beganMs, untilMs));
    untilMs = Math.max(untilMs, endedMs);
  }
  return covered;
}
