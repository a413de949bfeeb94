import { Injectable } from '@nestjs/common';
import { SandboxActiveError } from '../../../sandbox/domain/errors.js';
import { RunWithoutSandboxes } from '../../../sandbox/use-cases/run-without-sandboxes.js';
import { ChatHasActiveSandboxError } from '../../domain/errors.js';
import type { SandboxActivity } from '../../ports/sandbox-activity.js';

/** Asks the sandbox feature, under its locks. */
@Injectable()
export class LifecycleSandboxActivity implements SandboxActivity {
  constructor(private readonly runWithoutSandboxes: RunWithoutSandboxes) {}

  async whileInactive<T>(chatIds: readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await this.runWithoutSandboxes.execute(chatIds, work);
    } catch (error) {
      throw error instanceof SandboxActiveError
        ? new ChatHasActiveSandboxError(error.message, { cause: error })
        : error;
    }
  }
}
