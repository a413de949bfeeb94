import { observe } from '#breakdown';
import { BATCH } from '#create';
import { knowsNetworkPool, NetworkPool, poolOf } from '#network-pool';
import { pairsOf, takePairs, takeRounds } from '#pairs';
import { type Figures } from '#part';
import { DockerRunSide } from '#peers/docker-run';
import { PooledSide } from '#pooled-side';
import { breakdownOf, notMeasuredRow, ratioRow, type Row } from '#report';
import { Service } from '#service';
import { EngineSide, type Side } from '#sides';
import { type Stage } from '#stage';
import { measureRates, type Rates } from '#sustained';
import { tell } from '#tell';
import { timeBatch, timeCreate, timeDelete } from '#timed';

const FULL = { warmUps: 2, pairs: 64, batches: 14, deletes: 20, rounds: 3, windowMs: 20_000, observed: 12 };
const QUICK = { warmUps: 1, pairs: 4, batches: 2, deletes: 2, rounds: 1, windowMs: 8000, observed: 2 };
const POOL = 20;
const CALLERS = 8;

const GOAL = { atMost: 0.45 };
const SUSTAINED_GOAL = { atLeast: 1.3 };

const ONE = 'create with a ready network, 1 at a time';
const BATCHES = `create with ready networks, ${BATCH} at once`;
const SUSTAINED = `creates, ${CALLERS} callers, pool of ${POOL}: sustained`;

type Sizes = typeof FULL;
type Sides = Readonly<Record<'service' | 'floor', Side>>;

/** What a new sandbox costs where the service keeps networks ready, against the floor of a service that does not. */
export async function measurePool(stage: Stage, isQuick: boolean): Promise<Figures> {
  if (!(await knowsNetworkPool())) {
    const reason = 'this service has no pool';
    return { rows: [ONE, BATCHES, SUSTAINED].map((figure) => notMeasuredRow(figure, reason)) };
  }
  const sizes = isQuick ? QUICK : FULL;
  const pool = new NetworkPool(stage, POOL);
  const untilFull = (): Promise<void> => pool.untilFull();
  const environment = poolOf(POOL);
  const { sample } = await observe(stage, { rounds: 1, environment: poolOf(0) });
  const watched = await observe(stage, { rounds: sizes.observed, environment, untilQuiet: untilFull });
  const service = await Service.start(stage, { engineSocket: stage.engineSocket, environment });
  const own = new PooledSide(stage, service);
  const sides = { service: own, floor: new EngineSide(stage.engine, sample, stage.instance) };
  const latencies = await latencyRows(sides, sizes, { signal: stage.signal, untilFull });
  const taken = own.told();
  const dockerRun = new DockerRunSide(stage, sample);
  const rates = await rateRows(stage, { ...sides, dockerRun }, sizes, untilFull);
  await service.stop();
  return {
    rows: [...latencies, ...rates],
    details: [
      breakdownOf('create with a ready network, engine call', watched.create),
      breakdownOf('delete with its network, engine call', watched.delete),
      `${taken} of the creates above but the sustained ones had a ready network.`,
    ],
  };
}

async function latencyRows(
  sides: Sides,
  { warmUps, pairs, batches, deletes }: Sizes,
  { signal, untilFull }: { readonly signal: AbortSignal; readonly untilFull: () => Promise<void> },
): Promise<Row[]> {
  const take = (side: Side): Promise<number> => timeCreate(side, untilFull);
  await takePairs(warmUps, sides, take, signal);
  tell(`create with a ready network, one by one, ${pairs} pairs`);
  const single = await takePairs(pairs, sides, take, signal);
  tell(`create with ready networks, ${BATCH} at once, ${batches} pairs of batches`);
  const batch = await takePairs(batches, sides, (side) => timeBatch(side, BATCH, untilFull), signal);
  tell(`delete with its network, ${deletes} pairs`);
  const ends = await takePairs(deletes, sides, (side) => timeDelete(side, untilFull), signal);
  return [
    ratioRow(ONE, 'ms', single, GOAL),
    ratioRow(
      `${BATCHES}: whole batch`,
      'ms',
      pairsOf(batch, 'floor', ({ wallMs }) => wallMs),
      GOAL,
    ),
    ratioRow(
      `${BATCHES}: median latency`,
      'ms',
      pairsOf(batch, 'floor', ({ latencyMs }) => latencyMs),
      GOAL,
    ),
    ratioRow('delete with its network, 1 at a time', 'ms', ends),
  ];
}

async function rateRows(
  { signal }: Stage,
  sides: Sides & { readonly dockerRun: Side },
  { rounds: count, windowMs }: Sizes,
  untilFull: () => Promise<void>,
): Promise<Row[]> {
  tell(`creates a second, ${CALLERS} callers, ${count} rounds of 3 windows of ${windowMs} ms`);
  const loop = { callers: CALLERS, windowMs, burst: BATCH, signal };
  const rounds = await takeRounds(count, sides, (side) => measureRates(side, loop, untilFull), signal);
  const row = (
    words: string,
    against: 'dockerRun' | 'floor',
    figure: keyof Rates,
    goal?: typeof SUSTAINED_GOAL,
  ) =>
    ratioRow(
      words,
      '/s',
      pairsOf(rounds, against, (rates) => rates[figure]),
      goal,
    );
  const burst = `creates, ${CALLERS} callers, pool of ${POOL}: the first ${BATCH}`;
  return [
    row(`${SUSTAINED}, against docker run -d`, 'dockerRun', 'sustained', SUSTAINED_GOAL),
    row(`${SUSTAINED}, against raw calls`, 'floor', 'sustained'),
    row(`${burst}, against docker run -d`, 'dockerRun', 'burst'),
    row(`${burst}, against raw calls`, 'floor', 'burst'),
  ];
}
