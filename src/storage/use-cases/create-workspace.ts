import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../kernel/clock.js';
import { ID_GENERATOR, type IdGenerator } from '../../kernel/id-generator.js';
import { LOGGER, type Logger } from '../../observability/ports/logger.js';
import { inUseCaseSpan } from '../../observability/ports/spans.js';
import { TRACER, type Tracer } from '../../observability/ports/tracer.js';
import type { Workspace } from '../domain/workspace.js';
import { WORKSPACE_REPOSITORY, type WorkspaceRepository } from '../ports/workspace-repository.js';

interface GivenWorkspace {
  readonly workspace: Workspace;
  readonly isNew: boolean;
}

/** Gets or creates the one workspace of a user. */
@Injectable()
export class CreateWorkspace {
  constructor(
    @Inject(WORKSPACE_REPOSITORY) private readonly workspaces: WorkspaceRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(TRACER) private readonly tracer: Tracer,
  ) {}

  execute(userId: string): Promise<GivenWorkspace> {
    return inUseCaseSpan(this.tracer, 'create_workspace', {}, async (span) => {
      const given = await this.getOrCreate(userId);
      span.set({ 'workspace.id': given.workspace.workspaceId, 'workspace.new': given.isNew });
      return given;
    });
  }

  private async getOrCreate(userId: string): Promise<GivenWorkspace> {
    const existing = await this.workspaces.findByUser(userId);
    if (existing !== null) return { workspace: existing, isNew: false };
    const offered = { workspaceId: this.ids.nextId(), userId, createdAt: this.clock.now() };
    const workspace = await this.workspaces.add(offered);
    const isNew = workspace.workspaceId === offered.workspaceId;
    if (isNew) this.logger.info('workspace_created', { workspace_id: workspace.workspaceId });
    return { workspace, isNew };
  }
}
