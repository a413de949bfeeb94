import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aSandboxConfig } from '../../../../test/builders/configuration.js';
import { Replica } from '../../../../test/fakes/replica.js';
import { ShutdownGate } from '../../../http/shutdown-gate.js';
import { ReadinessChecks } from '../../../health/readiness-checks.js';
import { StartupReconciler } from '../schedule/startup-reconciler.js';
import { SandboxReadiness } from './sandbox-readiness.js';

describe('SandboxReadiness', () => {
  let replica: Replica;
  let checks: ReadinessChecks;
  let reconciler: StartupReconciler;
  let directory: string;

  beforeEach(() => {
    replica = new Replica();
    directory = mkdtempSync(join(tmpdir(), 'sandbox-master-ready-'));
    checks = new ReadinessChecks();
    reconciler = new StartupReconciler(replica.reconcile, new ShutdownGate());
    const sandbox = aSandboxConfig({ chatsRoot: directory });
    new SandboxReadiness(checks, reconciler, sandbox, replica.runtime).onModuleInit();
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** The reason of each check that is down. */
  async function reasons(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const [name, check] of checks.entries()) {
      await check().catch((error: unknown) => (found[name] = (error as Error).message));
    }
    return found;
  }

  it('is not ready before the first reconcile', async () => {
    expect(await reasons()).toEqual({ reconciled: 'the first reconcile has not ended' });
  });

  it('is ready after it', async () => {
    reconciler.isDone = true;
    expect(await reasons()).toEqual({});
  });

  it('is not ready while the engine does not answer, and keeps its own words to itself', async () => {
    reconciler.isDone = true;
    replica.runtime.faults.inject('ping', 'unreachable');
    expect(await reasons()).toEqual({ docker: 'Docker does not answer' });
    replica.runtime.faults.heal();
    expect(await reasons()).toEqual({});
  });

  it('is not ready without the directory of the chats', async () => {
    reconciler.isDone = true;
    rmSync(directory, { recursive: true });
    expect(await reasons()).toEqual({ storage: 'the chats are not writable' });
  });
});
