import { observe } from '#breakdown';
import { pairsOf, takeRounds } from '#pairs';
import { type Figures } from '#part';
import { FirstVersionSide } from '#peers/first-version-side';
import { breakdownOf, ratioRow } from '#report';
import { Service } from '#service';
import { EngineSide, ServiceSide, type Side } from '#sides';
import { type Stage } from '#stage';
import { tell } from '#tell';
import { timeDelete } from '#timed';

/** The first version's stop takes the default grace of ten seconds: few pairs tell enough. */
const FULL = { warmUps: 2, pairs: 64, withPeer: 3, observed: 12 };
const QUICK = { warmUps: 1, pairs: 6, withPeer: 1, observed: 4 };

const GOAL = { atMost: 1.1 };

/** What the end of a sandbox costs. */
export async function measureDelete(stage: Stage, isQuick: boolean): Promise<Figures> {
  const { warmUps, pairs, withPeer, observed } = isQuick ? QUICK : FULL;
  const { engine, engineSocket, instance, signal } = stage;
  const { sample, delete: breakdown } = await observe(stage, { rounds: observed });
  const service = await Service.start(stage, { engineSocket });
  const firstVersion = await FirstVersionSide.start(stage, engineSocket);
  const own = new ServiceSide(service);
  const sides = { service: own, floor: new EngineSide(engine, sample, instance) };
  const take = (side: Side): Promise<number> => timeDelete(side);
  await takeRounds(warmUps, sides, take, signal);
  tell(`delete one by one, ${pairs} pairs`);
  const single = await takeRounds(pairs, sides, take, signal);
  tell(`delete beside a first version, ${withPeer} pairs`);
  const beside = await takeRounds(withPeer, { service: own, firstVersion }, take, signal);
  await service.stop();
  await firstVersion.stop();
  const ms = (value: number): number => value;
  return {
    rows: [
      ratioRow('delete, 1 at a time', 'ms', pairsOf(single, 'floor', ms), GOAL),
      ratioRow('delete, 1 at a time, against a first version', 'ms', pairsOf(beside, 'firstVersion', ms)),
    ],
    details: [breakdownOf('delete, engine call', breakdown)],
  };
}
