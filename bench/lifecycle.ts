import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { forEachBounded } from '#bounded';
import { type Observation, observe } from '#breakdown';
import { measureBatches, measureOneByOne } from '#create-and-delete';
import { EngineRecorder } from '#engine-recorder';
import { measureReconcile } from '#reconcile';
import { breakdownOf, countRow, ratioRow, type Row } from '#report';
import { measureReuse } from '#reuse';
import { Service } from '#service';
import { EngineSide, ServiceSide } from '#sides';
import { type Stage } from '#stage';
import { tell } from '#tell';

const FULL = { warmUps: 3, pairs: 80, batches: 14, windows: 8, windowMs: 1500, starts: 7, observed: 12 };
const QUICK = { warmUps: 1, pairs: 12, batches: 3, windows: 2, windowMs: 500, starts: 2, observed: 4 };
const BATCH = 16;
const RECONCILED = 100;

const GOAL = {
  create: { atMost: 1.1 },
  createBatch: { atMost: 1.15 },
  delete: { atMost: 1.2 },
  listCalls: 1,
  inspectCalls: 0,
};

type Sizes = typeof FULL;

/** What a sandbox costs on top of the engine. */
export async function measureLifecycle(
  stage: Stage,
  isQuick: boolean,
): Promise<{ readonly rows: Row[]; readonly details: readonly string[] }> {
  const sizes = isQuick ? QUICK : FULL;
  const recorder = new EngineRecorder(join(stage.directory, 'engine.sock'), stage.engineSocket);
  await recorder.start();
  stage.cleanups.add('recorder', () => recorder.stop());
  const observation = await observeCalls(stage, recorder, sizes);
  const rows = await measureService(stage, observation, sizes);
  const reconcile = await reconcileRows(stage, recorder, sizes);
  await stage.engine.removeAllOf(stage.instance);
  return {
    rows: [...rows, ...reconcile.rows],
    details: [
      breakdownOf('create, engine call', observation.create),
      breakdownOf('delete, engine call', observation.delete),
      `Calls until ready, ${RECONCILED} containers: ${reconcile.calls.join(', ')}`,
    ],
  };
}

async function observeCalls(stage: Stage, recorder: EngineRecorder, sizes: Sizes): Promise<Observation> {
  tell('watching the engine calls of create and delete');
  const service = await Service.start(stage, { engineSocket: recorder.socketPath });
  const observation = await observe(service, recorder, sizes.observed, stage.signal);
  await service.stop();
  return observation;
}

async function measureService(stage: Stage, { sample }: Observation, sizes: Sizes): Promise<Row[]> {
  const { signal, engine, instance } = stage;
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const sides = { service: new ServiceSide(service), floor: new EngineSide(engine, sample, instance) };
  await measureOneByOne(sizes.warmUps, sides, signal);
  tell(`create and delete one by one, ${sizes.pairs} pairs`);
  const single = await measureOneByOne(sizes.pairs, sides, signal);
  await measureBatches(1, BATCH, sides, signal);
  tell(`create ${BATCH} at once, ${sizes.batches} pairs of batches`);
  const batch = await measureBatches(sizes.batches, BATCH, sides, signal);
  tell(`making ${RECONCILED} sandboxes`);
  const chatIds = Array.from({ length: RECONCILED }, () => randomUUID());
  await forEachBounded(chatIds, 8, async (chatId) => {
    signal.throwIfAborted();
    await service.create(chatId);
  });
  tell(`create of what is there, ${sizes.windows} pairs of windows`);
  const reuse = await measureReuse(stage, service, chatIds.slice(0, BATCH), sizes);
  await service.stop();
  return [
    ratioRow('create, 1 at a time', 'ms', single.create, GOAL.create),
    ratioRow(`create, ${BATCH} at once: whole batch`, 'ms', batch.wall, GOAL.createBatch),
    ratioRow(`create, ${BATCH} at once: median latency`, 'ms', batch.latency, GOAL.createBatch),
    ratioRow('delete, 1 at a time', 'ms', single.delete, GOAL.delete),
    ratioRow(`reuse, ${BATCH} connections, against a bare server`, '/s', reuse.bare),
    ratioRow(`reuse, ${BATCH} connections, against one inspect`, '/s', reuse.inspect),
  ];
}

async function reconcileRows(
  stage: Stage,
  recorder: EngineRecorder,
  { starts }: Sizes,
): Promise<{ rows: Row[]; calls: readonly string[] }> {
  tell(`start-up with ${RECONCILED} containers, ${starts} times`);
  const figures = await measureReconcile(stage, recorder, RECONCILED, starts);
  const rows = [
    ratioRow(`reconcile of ${RECONCILED} against one list call`, 'ms', figures.time),
    countRow('reconcile: list calls', figures.listCalls, starts, GOAL.listCalls),
    countRow('reconcile: container inspects', figures.inspectCalls, starts, GOAL.inspectCalls),
  ];
  return { rows, calls: figures.calls };
}
