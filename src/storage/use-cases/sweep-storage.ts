import { Inject, Injectable } from '@nestjs/common';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { Slice } from '../domain/slice.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';
import { FinishDeletions } from './finish-deletions.js';
import { RecoverWrites } from './recover-writes.js';
import { WorkspaceMeter } from './workspace-meter.js';

const PAGE = 200;

export interface SweepFailure {
  readonly part: string;
  readonly error: unknown;
}

/** Puts in order what was left behind, and looks at what sandboxes have written. */
@Injectable()
export class SweepStorage {
  constructor(
    @Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository,
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly finishDeletions: FinishDeletions,
    private readonly recoverWrites: RecoverWrites,
    private readonly meter: WorkspaceMeter,
  ) {}

  /**
   * What fails does not keep the rest from being tried.
   * @param isSurveyed whether to look what workspaces hold, which costs more than the rest
   * @param isEnding asked now and then whether to stop
   * @returns what failed, by part
   */
  execute(isSurveyed: boolean, isEnding: () => boolean): Promise<SweepFailure[]> {
    return this.tracer.span('usecase.sweep_storage', {}, async (span) => {
      const failures = [
        await attempt('deletions', () => this.finishDeletions.execute()),
        await attempt('writes', () => this.recoverWrites.execute()),
        isSurveyed ? await attempt('usage', () => this.measureAll(isEnding)) : null,
      ].filter((failure) => failure !== null);
      for (const { error } of failures) span.fail(error);
      return failures;
    });
  }

  private async measureAll(isEnding: () => boolean): Promise<void> {
    for (let slice: Slice | null = { after: null, limit: PAGE }; slice !== null;) {
      const workspaces = await this.workspaces.list(null, slice);
      if (isEnding()) return;
      await this.meter.survey(workspaces.map(({ workspaceId }) => workspaceId));
      const last = workspaces.at(-1);
      slice =
        last === undefined || workspaces.length < PAGE
          ? null
          : { after: { createdAt: last.createdAt, id: last.workspaceId }, limit: PAGE };
    }
  }
}

async function attempt(part: string, work: () => Promise<void>): Promise<SweepFailure | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return { part, error };
  }
}
