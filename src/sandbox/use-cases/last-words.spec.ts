import { beforeEach, describe, expect, it } from '@jest/globals';
import { Replica } from '../../../test/fakes/replica.js';

describe('LastWords', () => {
  let replica: Replica;

  beforeEach(async () => {
    replica = new Replica();
    await replica.reconcile.execute();
  });

  /** The chat's container ends by itself. */
  async function die(): Promise<string> {
    const { containerId } = await replica.create();
    Object.assign(replica.engine.containers.get(containerId) ?? {}, {
      state: 'dead',
      exitCode: 137,
      output: 'out of memory',
    });
    return containerId;
  }
  const told = (): unknown => replica.logger.fieldsOf('sandbox_died');

  it('are told when a create finds the container dead and replaces it', async () => {
    const containerId = await die();
    await replica.create();
    expect(told()).toMatchObject([{ container_id: containerId, exit_code: 137, output: 'out of memory' }]);
  });

  it('are told when the sweep finds it', async () => {
    const containerId = await die();
    await replica.sweep();
    expect(told()).toMatchObject([{ container_id: containerId, output: 'out of memory' }]);
  });

  it('are told when another replica finds it under the name', async () => {
    const containerId = await die();
    const other = new Replica({ engine: replica.engine });
    await other.create();
    expect(other.logger.fieldsOf('sandbox_died')).toMatchObject([{ container_id: containerId }]);
  });

  it('are told when a create replaces one that has died and expired since', async () => {
    const containerId = await die();
    replica.clock.advanceSeconds(100_000);
    await replica.create();
    expect(told()).toMatchObject([{ container_id: containerId, output: 'out of memory' }]);
  });

  it('are told when a delete finds it under the name', async () => {
    const containerId = await die();
    const other = new Replica({ engine: replica.engine });
    await other.delete();
    expect(other.logger.fieldsOf('sandbox_died')).toMatchObject([{ container_id: containerId }]);
  });

  it('cost a delete of what is on record no call', async () => {
    await replica.create();
    const { faults } = replica.runtime;
    const before = faults.countOf('find') + faults.countOf('findByChat');
    await replica.delete();
    expect(faults.countOf('find') + faults.countOf('findByChat')).toBe(before);
  });

  it('are not waited for when the engine does not give them', async () => {
    await die();
    replica.runtime.faults.inject('readOutput', 'timed-out');
    await replica.create();
    expect(told()).toMatchObject([{ output: '(not to be had: injected: timed-out)' }]);
  });

  it('are those of the dead alone', async () => {
    await replica.create();
    replica.clock.advanceSeconds(100_000);
    await replica.sweep();
    expect(told()).toEqual([]);
  });
});
