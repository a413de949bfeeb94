import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Fault } from '../faults/fault.js';
import { CREATED_GRACE_SECONDS, MatrixWorld } from '../faults/matrix/world.js';
import { holdersOf } from '../support/engine.js';
import { eventually } from '../support/eventually.js';

const CALLS = [
  'POST /containers/create',
  'POST /containers/:id/attach',
  'POST /containers/:id/start',
  'POST /containers/:id/pause',
];
const FAULTS: readonly Fault[] = ['delay', 'hang', 'refuse', 'lose-answer', 500];

describe('a pool of networks, whatever call of the engine goes wrong', () => {
  let world: MatrixWorld;

  beforeAll(async () => {
    world = await MatrixWorld.open(1);
  });
  afterEach(() => world.clear());
  afterAll(() => world.close());

  it.each(CALLS.flatMap((call) => FAULTS.map((fault) => [call, fault] as const)))(
    '%s, %s: no holder is left for nothing, and creates go on',
    async (call, fault) => {
      world.proxy.inject(call, fault, 1);
      await world.fillPool().catch(() => undefined);
      const first = MatrixWorld.newChat();
      expect((await world.create(first)).status).toBe(200);
      expect(world.proxy.unmet).toBe(0);

      const [sandbox, ...others] = await world.containers();
      expect(others).toEqual([]);
      expect(sandbox).toMatchObject({ state: 'running', ip: expect.stringMatching(/^\d+\./) });
      // What was made and not started is left to a sweep, after the grace.
      await sleep(CREATED_GRACE_SECONDS * 1000);
      await world.sweep();
      await eventually(async () => (await world.orphans()).length === 0, 'nothing is left for nothing');
      // One that runs is this service's, and can be had.
      const { ready } = await holdersOf(world.instance);
      expect(ready.length).toBeLessThanOrEqual(1);
      if (ready.length > 0) {
        expect((await world.create(MatrixWorld.newChat())).status).toBe(200);
        expect((await holdersOf(world.instance)).ready).toEqual([]);
      }
    },
  );
});
