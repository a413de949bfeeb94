import { Inject, Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { GetWorkspace } from './get-workspace.js';
import { WorkspaceMeter } from './workspace-meter.js';

export interface WorkspaceUsage {
  readonly workspaceId: string;
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** Measures a workspace. */
@Injectable()
export class GetWorkspaceUsage {
  constructor(
    @Inject(TRACER) private readonly tracer: Tracer,
    private readonly getWorkspace: GetWorkspace,
    private readonly meter: WorkspaceMeter,
    private readonly storage: StorageConfig,
  ) {}

  /** @throws WorkspaceNotFoundError */
  execute(workspaceId: string): Promise<WorkspaceUsage> {
    const attributes = { 'workspace.id': workspaceId };
    return inUseCaseSpan(this.tracer, 'get_workspace_usage', attributes, async (span) => {
      await this.getWorkspace.get(workspaceId);
      const { usedBytes } = await this.meter.measure(workspaceId);
      span.set({ 'workspace.used_bytes': usedBytes });
      return { workspaceId, usedBytes, quotaBytes: this.storage.workspaceQuotaBytes };
    });
  }
}
