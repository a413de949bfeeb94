import { Inject, Injectable } from '@nestjs/common';
import type { Slice } from '../domain/slice.js';
import type { Workspace } from '../domain/workspace.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';

@Injectable()
export class ListWorkspaces {
  constructor(@Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository) {}

  /** @param userId only this user's; null: everybody's */
  execute(userId: string | null, slice: Slice): Promise<Workspace[]> {
    return this.workspaces.list(userId, slice);
  }
}
