import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { Slice } from '../domain/slice.js';
import type { Workspace } from '../domain/workspace.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';

@Injectable()
export class ListWorkspaces {
  constructor(
    @Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {}

  /** @param userId only this user's; null: everybody's */
  execute(userId: string | null, slice: Slice): Promise<Workspace[]> {
    return inUseCaseSpan(this.tracer, 'list_workspaces', {}, () => this.workspaces.list(userId, slice));
  }
}
