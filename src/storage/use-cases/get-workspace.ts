import { Inject, Injectable } from '@nestjs/common';
import { WorkspaceNotFoundError } from '../domain/errors.js';
import type { Workspace } from '../domain/workspace.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';

@Injectable()
export class GetWorkspace {
  constructor(@Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository) {}

  /** @throws WorkspaceNotFoundError */
  async execute(workspaceId: string): Promise<Workspace> {
    const workspace = await this.workspaces.find(workspaceId);
    if (workspace === null) throw new WorkspaceNotFoundError();
    return workspace;
  }
}
