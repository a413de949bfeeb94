import { Injectable } from '@nestjs/common';
import { StorageConfig } from '../../config/sections.js';
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
    private readonly getWorkspace: GetWorkspace,
    private readonly meter: WorkspaceMeter,
    private readonly storage: StorageConfig,
  ) {}

  /** @throws WorkspaceNotFoundError */
  async execute(workspaceId: string): Promise<WorkspaceUsage> {
    await this.getWorkspace.execute(workspaceId);
    const { usedBytes } = await this.meter.measure(workspaceId);
    return { workspaceId, usedBytes, quotaBytes: this.storage.workspaceQuotaBytes };
  }
}
