import { Inject, Injectable } from '@nestjs/common';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import { WorkspaceNotFoundError } from '../domain/errors.js';
import type { Workspace } from '../domain/workspace.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';

@Injectable()
export class GetWorkspace {
  constructor(
    @Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {}

  /** @throws WorkspaceNotFoundError */
  execute(workspaceId: string): Promise<Workspace> {
    const attributes = { 'workspace.id': workspaceId };
    return inUseCaseSpan(this.tracer, 'get_workspace', attributes, () => this.get(workspaceId));
  }

  /** The same, as a step of another use case: without a span. */
  async get(workspaceId: string): Promise<Workspace> {
    const workspace = await this.workspaces.find(workspaceId);
    if (workspace === null) throw new WorkspaceNotFoundError();
    return workspace;
  }
}
