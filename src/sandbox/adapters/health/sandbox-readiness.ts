import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import { ReadinessChecks } from '../../../health/readiness-checks.js';
import { SANDBOX_RUNTIME, type SandboxRuntime } from '../../ports/sandbox-runtime.js';
import { StartupReconciler } from '../schedule/startup-reconciler.js';

/** A probe is answered soon, whatever the engine does. */
const PING_MS = 2000;

/** What `/readyz` says of sandboxes. */
@Injectable()
export class SandboxReadiness implements OnModuleInit {
  constructor(
    private readonly checks: ReadinessChecks,
    private readonly reconciler: StartupReconciler,
    private readonly sandbox: SandboxConfig,
    @Inject(SANDBOX_RUNTIME) private readonly runtime: SandboxRuntime,
  ) {}

  onModuleInit(): void {
    this.checks.register('docker', async () => {
      await this.runtime.ping(PING_MS).catch(() => Promise.reject(new Error('Docker does not answer')));
    });
    this.checks.register('storage', async () => {
      const mode = constants.W_OK | constants.X_OK;
      await access(this.sandbox.chatsRoot, mode).catch(() =>
        Promise.reject(new Error('the chats are not writable')),
      );
    });
    this.checks.register('reconciled', () => {
      const waiting = new Error('the first reconcile has not ended');
      return this.reconciler.isDone ? Promise.resolve() : Promise.reject(waiting);
    });
  }
}
