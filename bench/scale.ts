import { type EngineRecorder } from '#engine-recorder';
import { median, takeRounds } from '#pairs';
import { type Figures } from '#part';
import { type Row, valueRow } from '#report';
import { MeasuredService, type Memory } from '#measured-service';
import { listOf, simulateEngine, takeTemplate } from '#simulated-engine';
import { type Stage } from '#stage';
import { tell } from '#tell';

const FULL = { rounds: 5, listings: 10, sweeps: 5 };
const QUICK = { rounds: 1, listings: 2, sweeps: 1 };
const MANY = 10_000;
/** Enough for the service to have gone all the ways that it goes with many. */
const FEW = 100;

const GOAL_BYTES = { atMost: 4096 };

interface Taken {
  readonly memory: Memory;
  readonly reconcileMs: number;
  readonly listMs: number;
  readonly sweepMs: number;
}

/** What many sandboxes cost the service itself: the engine lists them and does no more. */
export async function measureScale(stage: Stage, isQuick: boolean): Promise<Figures> {
  const sizes = isQuick ? QUICK : FULL;
  const template = await takeTemplate(stage);
  const sides = {
    few: await simulateEngine(stage, listOf(template, FEW)),
    many: await simulateEngine(stage, listOf(template, MANY)),
  };
  tell(`${MANY} simulated sandboxes against ${FEW}, ${sizes.rounds} pairs of starts`);
  const take = (engine: EngineRecorder): Promise<Taken> => takeOnce(stage, engine, sizes);
  const rounds = await takeRounds(sizes.rounds, sides, take, stage.signal);
  const each = (figure: (taken: Taken) => number): number[] =>
    rounds.map(({ few, many }) => (figure(many) - figure(few)) / (MANY - FEW));
  const microseconds = (figure: (taken: Taken) => number): number[] => each(figure).map((ms) => ms * 1000);
  const name = `${MANY} simulated sandboxes`;
  const rows: Row[] = [
    valueRow(
      `${name}: memory held for each`,
      'B',
      each(({ memory }) => memory.heldBytes),
      GOAL_BYTES,
    ),
    valueRow(
      `${name}: resident memory for each`,
      'B',
      each(({ memory }) => memory.residentBytes),
    ),
    valueRow(
      `${name}: reconcile, for each`,
      'µs',
      microseconds(({ reconcileMs }) => reconcileMs),
    ),
    valueRow(
      `${name}: sweep, for each`,
      'µs',
      microseconds(({ sweepMs }) => sweepMs),
    ),
    valueRow(
      `${name}: GET /api/v1/sandboxes, for each`,
      'µs',
      microseconds(({ listMs }) => listMs),
    ),
    valueRow(
      `${name}: GET /api/v1/sandboxes, whole`,
      'ms',
      rounds.map(({ many }) => many.listMs),
    ),
  ];
  return { rows };
}

async function takeOnce(
  stage: Stage,
  engine: EngineRecorder,
  { listings, sweeps }: typeof FULL,
): Promise<Taken> {
  const started = await MeasuredService.start(stage, engine, {});
  const memory = await started.memory();
  const listMs = await started.listMs(listings);
  await started.stop();
  const sweeping = await MeasuredService.start(stage, engine, { APP_SANDBOX_CLEANUP_INTERVAL_SECONDS: '1' });
  const sweepMs = median(await sweeping.sweepsMs(sweeps));
  await sweeping.stop();
  return { memory, reconcileMs: started.reconcileMs, listMs, sweepMs };
}
