import { join } from 'node:path';
import { Child } from '#child';
import { takePairs } from '#pairs';
import { ratioRow, type Row, valueRow } from '#report';
import { Service } from '#service';
import { type Stage } from '#stage';
import { tell } from '#tell';

const BARE_NEST = join(import.meta.dirname, 'bare-nest.ts');
const GOAL = { atMost: 1500 };

/** From the start of the process until it answers, with no sandboxes; a bare Nest application for comparison. */
export async function readyRows(stage: Stage, starts: number): Promise<Row[]> {
  const sides = { service: () => serviceReadyMs(stage), floor: () => nestReadyMs(stage) };
  const take = (start: () => Promise<number>): Promise<number> => start();
  await takePairs(1, sides, take, stage.signal);
  tell(`start to ready, ${starts} pairs`);
  const pairs = await takePairs(starts, sides, take, stage.signal);
  return [
    valueRow(
      'start to ready, no sandboxes',
      'ms',
      pairs.map(({ service }) => service),
      GOAL,
    ),
    ratioRow('start to ready, against a bare Nest application', 'ms', pairs),
  ];
}

/** Until /readyz answers 200, which is asked for every few milliseconds. */
async function serviceReadyMs(stage: Stage): Promise<number> {
  const beganMs = performance.now();
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const readyMs = performance.now() - beganMs;
  await service.stop();
  return readyMs;
}

/** Until it tells that it listens. */
async function nestReadyMs(stage: Stage): Promise<number> {
  const beganMs = performance.now();
  const child = new Child(BARE_NEST, ['{}'], process.env);
  stage.cleanups.add('bare Nest application', () => child.stop());
  await child.port();
  const readyMs = performance.now() - beganMs;
  await child.stop();
  return readyMs;
}
