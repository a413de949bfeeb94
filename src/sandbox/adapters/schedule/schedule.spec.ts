import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { OTHER_CHAT } from '../../../../test/builders/ids.js';
import { NOW } from '../../../../test/builders/times.js';
import { Replica } from '../../../../test/fakes/replica.js';
import { eventually } from '../../../../test/support/eventually.js';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { ExpirySweeper } from './expiry-sweeper.js';
import { LifecycleShutdown } from './lifecycle-shutdown.js';
import { StartupReconciler } from './startup-reconciler.js';

const INTERVAL_SECONDS = 10;

describe('the schedule', () => {
  let replica: Replica;
  let reconciler: StartupReconciler;
  let sweeper: ExpirySweeper;
  let gate: ShutdownGate;

  beforeEach(() => {
    jest.useFakeTimers();
    replica = new Replica();
    gate = new ShutdownGate();
    reconciler = new StartupReconciler(replica.reconcile, gate);
    const sandbox = aSandboxConfig({ cleanupIntervalSeconds: INTERVAL_SECONDS });
    sweeper = new ExpirySweeper(replica.cleanup, reconciler, gate, sandbox);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Lets time go by, with the tick of each second. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await jest.advanceTimersByTimeAsync(1000);
      sweeper.tick();
    }
    await jest.advanceTimersByTimeAsync(0);
  }

  const sweeps = (): number => replica.clock.steps.length;

  async function reconcile(): Promise<void> {
    reconciler.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
  }

  describe('StartupReconciler', () => {
    it('is done once it has reconciled, and not before', async () => {
      replica.engine.place();
      expect(reconciler.isDone).toBe(false);
      await reconcile();
      expect(reconciler.isDone).toBe(true);
      expect(await replica.registry.list()).toHaveLength(1);
    });

    it('does not keep the application from starting while the engine does not answer', () => {
      replica.runtime.faults.hold('prepare');
      reconciler.onApplicationBootstrap();
      expect(reconciler.isDone).toBe(false);
    });

    it('tries again until the engine comes, and complains once', async () => {
      jest.useRealTimers();
      replica.runtime.faults.inject('list', 'unreachable', { times: 2 });
      reconciler.onApplicationBootstrap();
      await eventually(() => reconciler.isDone, 'it has reconciled');
      expect(replica.runtime.faults.countOf('list')).toBe(3);
      expect(replica.logger.events.filter((event) => event === 'sandbox_reconcile_failed')).toHaveLength(1);
    });

    it('does not keep a service from ending that never came to it', async () => {
      replica.runtime.faults.inject('list', 'unreachable');
      await reconcile();
      await reconciler.beforeApplicationShutdown();
      expect(reconciler.isDone).toBe(false);
      expect(jest.getTimerCount()).toBe(0);
    });
  });

  describe('ExpirySweeper', () => {
    it('sweeps once an interval', async () => {
      await reconcile();
      await pass(INTERVAL_SECONDS - 1);
      expect(sweeps()).toBe(0);
      await pass(1);
      expect(sweeps()).toBe(1);
      await pass(3 * INTERVAL_SECONDS);
      expect(sweeps()).toBe(4);
    });

    it('waits for the first reconcile', async () => {
      await pass(3 * INTERVAL_SECONDS);
      expect(sweeps()).toBe(0);
      await reconcile();
      await pass(1);
      expect(sweeps()).toBe(1);
    });

    it('never overlaps itself', async () => {
      await reconcile();
      const list = replica.runtime.faults.hold('list');
      await pass(5 * INTERVAL_SECONDS);
      expect(sweeps()).toBe(1);
      list.release();
      await pass(1);
      expect(sweeps()).toBe(2);
    });

    it('ends what has expired', async () => {
      await reconcile();
      replica.engine.place({ claim: { expiresAt: NOW } });
      await pass(INTERVAL_SECONDS);
      expect(replica.engine.all).toEqual([]);
    });

    it('logs a sweep that failed, and sweeps on', async () => {
      await reconcile();
      replica.runtime.faults.inject('list', 'failed', { times: 1 });
      await pass(2 * INTERVAL_SECONDS);
      expect(replica.logger.events).toContain('sandbox_cleanup_failed');
      expect(sweeps()).toBe(2);
    });

    it('is waited for on shutdown, and sweeps no more', async () => {
      await reconcile();
      const list = replica.runtime.faults.hold('list');
      await pass(INTERVAL_SECONDS);
      let hasEnded = false;
      const end = sweeper.beforeApplicationShutdown().then(() => (hasEnded = true));
      await jest.advanceTimersByTimeAsync(1000);
      expect(hasEnded).toBe(false);
      list.release();
      await end;
      await pass(2 * INTERVAL_SECONDS);
      expect(sweeps()).toBe(1);
    });
  });

  describe('LifecycleShutdown', () => {
    it('lets what is under way finish, and takes nothing new', async () => {
      const shutdown = new LifecycleShutdown(replica.lock, replica.queue, gate);
      const start = replica.runtime.faults.hold('start');
      const create = replica.create();
      await start.reached;
      gate.onModuleDestroy();
      shutdown.onModuleDestroy();
      await expect(replica.create({ chatId: OTHER_CHAT })).rejects.toMatchObject({ code: 'shutting_down' });
      let hasEnded = false;
      const end = shutdown.beforeApplicationShutdown().then(() => (hasEnded = true));
      await jest.advanceTimersByTimeAsync(1000);
      expect(hasEnded).toBe(false);
      start.release();
      await end;
      expect(await create).toMatchObject({ agentId: 'agent-local' });
      expect(replica.engine.running).toHaveLength(1);
    });

    it('does not wait for ever', async () => {
      const shutdown = new LifecycleShutdown(replica.lock, replica.queue, gate);
      const start = replica.runtime.faults.hold('start');
      const create = replica.create();
      await start.reached;
      gate.onModuleDestroy();
      const end = shutdown.beforeApplicationShutdown();
      await jest.advanceTimersByTimeAsync(9000);
      await expect(end).resolves.toBeUndefined();
      start.release();
      await Promise.allSettled([create]);
    });
  });
});
