import { observe } from '#breakdown';
import { pairsOf, takeRounds } from '#pairs';
import { type Figures } from '#part';
import { DockerRunSide } from '#peers/docker-run';
import { FirstVersionSide } from '#peers/first-version-side';
import { breakdownOf, ratioRow, type Row } from '#report';
import { Service } from '#service';
import { EngineSide, type Sample, ServiceSide, type Side } from '#sides';
import { type Stage } from '#stage';
import { tell } from '#tell';
import { type BatchTimes, timeBatch, timeCreate } from '#timed';

const FULL = { warmUps: 2, rounds: 64, batches: 16, observed: 12 };
const QUICK = { warmUps: 1, rounds: 6, batches: 2, observed: 4 };
export const BATCH = 16;

const GOAL = { atMost: 1.1, wanted: 1.05 };
const BATCH_GOAL = { atMost: 1.15, wanted: 1.05 };

type Name = 'service' | 'floor' | 'dockerRun' | 'firstVersion';
type Sides = Readonly<Record<Name, Side>>;
type Peer = Exclude<Name, 'service' | 'floor'>;

const PEERS: Readonly<Record<Peer, string>> = {
  dockerRun: 'against docker run -d',
  firstVersion: 'against a first version',
};

/** What a new sandbox costs, without ready networks: on top of the engine's calls, and beside other ways to get one. */
export async function measureCreate(stage: Stage, isQuick: boolean): Promise<Figures> {
  const { warmUps, rounds, batches, observed } = isQuick ? QUICK : FULL;
  const { signal } = stage;
  const { sample, create: breakdown } = await observe(stage, { rounds: observed });
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const firstVersion = await FirstVersionSide.start(stage, stage.engineSocket, hostConfigOf(sample));
  const sides: Sides = {
    service: new ServiceSide(service),
    floor: new EngineSide(stage.engine, sample, stage.instance),
    dockerRun: new DockerRunSide(stage, sample),
    firstVersion,
  };
  const take = (side: Side): Promise<number> => timeCreate(side);
  await takeRounds(warmUps, sides, take, signal);
  tell(`create one by one, ${rounds} rounds of ${Object.keys(sides).length}`);
  const single = await takeRounds(rounds, sides, take, signal);
  tell(`create ${BATCH} at once, ${batches} rounds of ${Object.keys(sides).length}`);
  const batch = await takeRounds(batches, sides, (side) => timeBatch(side, BATCH), signal);
  await service.stop();
  await firstVersion.stop();
  return {
    rows: [...singleRows(single), ...batchRows(batch)],
    details: [breakdownOf('create, engine call', breakdown)],
  };
}

/** Of the same container, but for its mounts. */
function hostConfigOf({ request }: Sample): Record<string, unknown> {
  const { HostConfig } = JSON.parse(request.body) as { HostConfig: Record<string, unknown> };
  const { Mounts, ...rest } = HostConfig;
  return rest;
}

function singleRows(rounds: readonly Readonly<Record<Name, number>>[]): Row[] {
  const pairs = (against: Exclude<Name, 'service'>) => pairsOf(rounds, against, (ms) => ms);
  return [
    ratioRow('create, 1 at a time', 'ms', pairs('floor'), GOAL),
    ...peers().map(([peer, words]) => ratioRow(`create, 1 at a time, ${words}`, 'ms', pairs(peer))),
  ];
}

function batchRows(rounds: readonly Readonly<Record<Name, BatchTimes>>[]): Row[] {
  const pairs = (against: Exclude<Name, 'service'>, figure: keyof BatchTimes) =>
    pairsOf(rounds, against, (times) => times[figure]);
  const name = `create, ${BATCH} at once`;
  return [
    ratioRow(`${name}: whole batch`, 'ms', pairs('floor', 'wallMs'), BATCH_GOAL),
    ratioRow(`${name}: median latency`, 'ms', pairs('floor', 'latencyMs'), BATCH_GOAL),
    ...peers().map(([peer, words]) =>
      ratioRow(`${name}: whole batch, ${words}`, 'ms', pairs(peer, 'wallMs')),
    ),
  ];
}

const peers = (): [Peer, string][] => Object.entries(PEERS) as [Peer, string][];
