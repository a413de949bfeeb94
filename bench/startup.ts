import { randomUUID } from 'node:crypto';
import { forEachBounded } from '#bounded';
import { isContainerInspect, isContainerList, kindOf } from '#engine-recorder';
import { type Figures } from '#part';
import { againstList, countOf, type ObservedStart, ObservedStarts } from '#reconcile';
import { readyRows } from '#ready';
import { countRow, ratioRow, type Row } from '#report';
import { Service } from '#service';
import { type Stage } from '#stage';
import { tell } from '#tell';

const FULL = { sandboxes: 300, starts: 60, withPeer: 7, ready: 20 };
const QUICK = { sandboxes: 40, starts: 3, withPeer: 1, ready: 3 };
/** The engine starts no more a second with more at a time. */
const CREATES = 8;

const GOAL = { atMost: 1.5 };

/** How long a start takes: with nothing to find again, and with many sandboxes. */
export async function measureStartup(stage: Stage, isQuick: boolean): Promise<Figures> {
  const { sandboxes, starts, withPeer, ready } = isQuick ? QUICK : FULL;
  const alone = await readyRows(stage, ready);
  tell(`making ${sandboxes} sandboxes`);
  await makeSandboxes(stage, sandboxes);
  const observed = await ObservedStarts.open(stage, sandboxes);
  tell(`start-up with ${sandboxes} containers, ${starts} pairs`);
  const pairs: { start: ObservedStart; listMs: number }[] = [];
  while (pairs.length < starts) {
    stage.signal.throwIfAborted();
    const start = await observed.ofService();
    pairs.push({ start, listMs: await observed.rawList(start) });
  }
  const beside = [];
  while (beside.length < withPeer) {
    stage.signal.throwIfAborted();
    const { fromListMs: service } = await observed.ofService();
    beside.push({ service, floor: (await observed.ofFirstVersion()).fromListMs });
  }
  observed.close();
  tell(`removing ${sandboxes} sandboxes`);
  await stage.engine.removeAllOf(stage.instance);
  const most = (matches: typeof isContainerList): number =>
    Math.max(...pairs.map(({ start }) => countOf(start, matches)));
  const name = `start-up with ${sandboxes} containers`;
  const rows: Row[] = [
    ratioRow(`${name}: list and adopt, against one list call`, 'ms', againstList(pairs, 'fromListMs'), GOAL),
    ratioRow(
      `${name}: from the first engine call, against one list call`,
      'ms',
      againstList(pairs, 'fromFirstCallMs'),
      GOAL,
    ),
    countRow(`${name}: list calls`, most(isContainerList), starts, 1),
    countRow(`${name}: container inspects`, most(isContainerInspect), starts, 0),
    ratioRow(`${name}: against a first version`, 'ms', beside),
  ];
  const calls = pairs.at(-1)?.start.calls.map(kindOf).join(', ') ?? '';
  return { rows: [...rows, ...alone], details: [`Calls until ready, ${sandboxes} containers: ${calls}`] };
}

async function makeSandboxes(stage: Stage, count: number): Promise<void> {
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const chatIds = Array.from({ length: count }, () => randomUUID());
  await forEachBounded(chatIds, CREATES, async (chatId) => {
    stage.signal.throwIfAborted();
    await service.create(chatId);
  });
  await service.stop();
}
