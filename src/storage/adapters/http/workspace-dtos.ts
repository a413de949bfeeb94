import { ApiProperty } from '@nestjs/swagger';
import { NextCursorProperty, PageQuery } from '../../../http/pagination.js';
import { OptionalUuidField, UuidField } from '../../../http/uuid-field.js';
import type { Workspace } from '../../domain/workspace.js';
import type { WorkspaceUsage } from '../../use-cases/get-workspace-usage.js';

export class CreateWorkspaceDto {
  @UuidField('Whose workspace; in any letter case, with or without hyphens.')
  user_id!: string;
}

export class WorkspacePathDto {
  @UuidField('The workspace; in any letter case, with or without hyphens.')
  workspace_id!: string;
}

export class ListWorkspacesQuery extends PageQuery {
  @OptionalUuidField("Only this user's.")
  user_id?: string;
}

export class WorkspaceDto {
  @ApiProperty({ format: 'uuid', example: '22222222-2222-2222-2222-222222222222' })
  workspace_id!: string;

  @ApiProperty({ format: 'uuid', example: '33333333-3333-3333-3333-333333333333' })
  user_id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-02T21:06:38.292Z' })
  created_at!: string;
}

export class WorkspacePageDto {
  @ApiProperty({ type: [WorkspaceDto] })
  items!: WorkspaceDto[];

  @NextCursorProperty()
  next_cursor!: string | null;
}

export const toWorkspaceDto = ({ workspaceId, userId, createdAt }: Workspace): WorkspaceDto => ({
  workspace_id: workspaceId,
  user_id: userId,
  created_at: createdAt.toISOString(),
});

export class WorkspaceUsageDto {
  @ApiProperty({ format: 'uuid', example: '22222222-2222-2222-2222-222222222222' })
  workspace_id!: string;

  @ApiProperty({
    description: 'What the files and histories of its chats take, those included that agents wrote.',
    type: 'integer',
    format: 'int64',
    example: 1048576,
  })
  used_bytes!: number;

  @ApiProperty({ type: 'integer', format: 'int64', example: 1073741824 })
  quota_bytes!: number;
}

export const toWorkspaceUsageDto = ({
  workspaceId,
  usedBytes,
  quotaBytes,
}: WorkspaceUsage): WorkspaceUsageDto => ({
  workspace_id: workspaceId,
  used_bytes: usedBytes,
  quota_bytes: quotaBytes,
});
