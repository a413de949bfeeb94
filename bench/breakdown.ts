import { randomUUID } from 'node:crypto';
import { type EngineCall, type EngineRecorder, isCreate, kindOf } from '#engine-recorder';
import { median } from '#pairs';
import { type Service } from '#service';
import { type Sample } from '#sides';

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

/** Creates and deletes through a service that is connected to the recorder. */
export async function observe(
  service: Service,
  recorder: EngineRecorder,
  rounds: number,
  signal: AbortSignal,
): Promise<Observation> {
  const sample = await takeSample(service, recorder);
  const creates: Timed[] = [];
  const deletes: Timed[] = [];
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    const chatId = randomUUID();
    creates.push(await record(recorder, () => service.create(chatId)));
    deletes.push(await record(recorder, () => service.delete(chatId)));
  }
  return { sample, create: breakDown(creates), delete: breakDown(deletes) };
}

async function takeSample(service: Service, recorder: EngineRecorder): Promise<Sample> {
  const chatId = randomUUID();
  const { calls } = await record(recorder, () => service.create(chatId));
  await service.delete(chatId);
  const request = calls.find(isCreate);
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

const beforeMs = ({ beganMs, calls }: Timed): number => (calls[0]?.beganMs ?? beganMs) - beganMs;

const afterMs = ({ endedMs, calls }: Timed): number => endedMs - (calls.at(-1)?.endedMs ?? endedMs);

const betweenMs = (request: Timed): number =>
  request.endedMs - request.beganMs - engineMs(request.calls) - beforeMs(request) - afterMs(request);
