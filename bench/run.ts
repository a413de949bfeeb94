import { randomUUID } from 'node:crypto';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { forEachBounded } from '#bounded';
import { type Observation, observe } from '#breakdown';
import { Cleanups } from '#cleanups';
import { measureBatches, measureOneByOne } from '#create-and-delete';
import { EngineRecorder } from '#engine-recorder';
import { measureReconcile } from '#reconcile';
import { breakdownOf, countRow, ratioRow, type Row, tableOf } from '#report';
import { measureReuse } from '#reuse';
import { Service } from '#service';
import { EngineSide, ServiceSide } from '#sides';
import { type Stage, setStage } from '#stage';
import { measureTelemetry } from '#telemetry';

const FULL = { warmUps: 3, pairs: 80, batches: 14, windows: 8, windowMs: 1500, starts: 7, observed: 12 };
const QUICK = { warmUps: 1, pairs: 12, batches: 3, windows: 2, windowMs: 500, starts: 2, observed: 4 };
const BATCH = 16;
const RECONCILED = 100;

const GOAL = {
  create: { atMost: 1.1 },
  createBatch: { atMost: 1.15 },
  delete: { atMost: 1.2 },
  telemetry: { atLeast: 0.75 },
  listCalls: 1,
  inspectCalls: 0,
};

type Sizes = typeof FULL;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      // To try a configuration of the service: --env APP_SANDBOX_MAX_CONCURRENT_STARTS=16
      env: { type: 'string', multiple: true, default: [] },
      // The price of telemetry alone.
      telemetry: { type: 'boolean', default: false },
    },
  });
  const cleanups = new Cleanups();
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      tell(`${name}: cleaning up`);
      abort.abort(new Error(`ended by ${name}`));
    });
  }
  try {
    const stage = await setStage(cleanups, abort.signal, values.env);
    const sizes = values.quick ? QUICK : FULL;
    return await (values.telemetry ? measureTelemetryAlone(stage, sizes) : measure(stage, sizes));
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    for (const failure of await cleanups.run()) tell(`left behind: ${failure}`);
  }
}

/** @returns whether every goal was met */
async function measure(stage: Stage, sizes: Sizes): Promise<boolean> {
  const beganMs = performance.now();
  const load = [loadavg()[0]];
  const version = await stage.engine.version();
  const recorder = new EngineRecorder(join(stage.directory, 'engine.sock'), stage.engineSocket);
  await recorder.start();
  stage.cleanups.add('recorder', () => recorder.stop());

  const observation = await observeCalls(stage, recorder, sizes);
  const rows = [...(await measureService(stage, observation, sizes))];
  rows.push(await telemetryRow(stage, sizes));
  const reconcile = await reconcileRows(stage, recorder, sizes);
  rows.push(...reconcile.rows);

  load.push(loadavg()[0]);
  const minutes = (performance.now() - beganMs) / 60_000;
  const shown = [
    `${new Date().toISOString()}, Node ${process.versions.node}, Docker ${version}, ${availableParallelism()} cores, ` +
      `${minutes.toFixed(1)} min, load ${load.map((value) => value?.toFixed(1)).join(' to ')}`,
    tableOf(rows),
    breakdownOf('create, engine call', observation.create),
    breakdownOf('delete, engine call', observation.delete),
    `Calls until ready, ${RECONCILED} containers: ${reconcile.calls.join(', ')}`,
  ];
  process.stdout.write(`${shown.join('\n\n')}\n`);
  return !rows.some(({ isMissed }) => isMissed);
}

async function measureTelemetryAlone(stage: Stage, sizes: Sizes): Promise<boolean> {
  const load = [loadavg()[0]];
  const row = await telemetryRow(stage, sizes);
  load.push(loadavg()[0]);
  process.stdout.write(`load ${load.map((value) => value?.toFixed(1)).join(' to ')}\n\n${tableOf([row])}\n`);
  return !row.isMissed;
}

async function telemetryRow(stage: Stage, sizes: Sizes): Promise<Row> {
  tell(`create of what is there with all telemetry and with none, ${sizes.windows} pairs of windows`);
  const pairs = await measureTelemetry(stage, sizes);
  return ratioRow('reuse, all telemetry against none', '/s', pairs, GOAL.telemetry);
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

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 2;
}
