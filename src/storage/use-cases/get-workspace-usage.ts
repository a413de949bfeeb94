import { Injectable } from '@nestjs/common';

export interface WorkspaceUsage {
  readonly workspaceId: string;
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** Measures a workspace. */
@Injectable()
export class GetWorkspaceUsage {
  /** @throws WorkspaceNotFoundError */
  execute(_workspaceId: string): Promise<WorkspaceUsage> {
    return Promise.reject(new Error('not built yet'));
  }
}
