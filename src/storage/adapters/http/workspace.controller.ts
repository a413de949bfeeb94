import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiErrors } from '../../../http/error-dtos.js';
import { JsonBody } from '../../../http/json-body.js';
import { pageOfSlice, pageRequestOf } from '../../../http/pagination.js';
import { CreateWorkspace } from '../../use-cases/create-workspace.js';
import { DeleteWorkspace } from '../../use-cases/delete-workspace.js';
import { GetWorkspaceUsage } from '../../use-cases/get-workspace-usage.js';
import { GetWorkspace } from '../../use-cases/get-workspace.js';
import { ListWorkspaces } from '../../use-cases/list-workspaces.js';
import {
  CREATE_WORKSPACE_ERRORS,
  DELETE_WORKSPACE_ERRORS,
  LIST_WORKSPACES_ERRORS,
  OF_WORKSPACE_ERRORS,
} from './storage-errors.js';
import {
  CreateWorkspaceDto,
  ListWorkspacesQuery,
  toWorkspaceDto,
  toWorkspaceUsageDto,
  WorkspaceDto,
  WorkspacePageDto,
  WorkspacePathDto,
  WorkspaceUsageDto,
} from './workspace-dtos.js';

@ApiTags('Workspaces')
@Controller('api/v1/workspaces')
export class WorkspaceController {
  constructor(
    private readonly createWorkspace: CreateWorkspace,
    private readonly getWorkspace: GetWorkspace,
    private readonly listWorkspaces: ListWorkspaces,
    private readonly deleteWorkspace: DeleteWorkspace,
    private readonly getWorkspaceUsage: GetWorkspaceUsage,
  ) {}

  @Post()
  @JsonBody()
  @ApiOperation({
    summary: "Get or create the user's one workspace",
    operationId: 'createWorkspace',
  })
  @ApiCreatedResponse({ description: 'It is new.', type: WorkspaceDto })
  @ApiOkResponse({ description: 'The user had it already.', type: WorkspaceDto })
  @ApiErrors(CREATE_WORKSPACE_ERRORS)
  async create(
    @Body() { user_id }: CreateWorkspaceDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WorkspaceDto> {
    const { workspace, isNew } = await this.createWorkspace.execute(user_id);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return toWorkspaceDto(workspace);
  }

  @Get()
  @ApiOperation({
    summary: 'The workspaces',
    description: 'Oldest first, ties by id.',
    operationId: 'listWorkspaces',
  })
  @ApiOkResponse({ type: WorkspacePageDto })
  @ApiErrors(LIST_WORKSPACES_ERRORS)
  async list(@Query() query: ListWorkspacesQuery): Promise<WorkspacePageDto> {
    const request = pageRequestOf(query);
    const found = await this.listWorkspaces.execute(query.user_id ?? null, request);
    const { items, next_cursor } = pageOfSlice(found, request, ({ createdAt, workspaceId }) => ({
      createdAt,
      id: workspaceId,
    }));
    return { items: items.map(toWorkspaceDto), next_cursor };
  }

  @Get(':workspace_id')
  @ApiOperation({ summary: 'One workspace', operationId: 'getWorkspace' })
  @ApiOkResponse({ type: WorkspaceDto })
  @ApiErrors(OF_WORKSPACE_ERRORS)
  async get(@Param() { workspace_id }: WorkspacePathDto): Promise<WorkspaceDto> {
    return toWorkspaceDto(await this.getWorkspace.execute(workspace_id));
  }

  @Get(':workspace_id/usage')
  @ApiOperation({
    summary: 'What a workspace takes of its quota',
    description: 'Measured when it is asked for.',
    operationId: 'getWorkspaceUsage',
  })
  @ApiOkResponse({ type: WorkspaceUsageDto })
  @ApiErrors(OF_WORKSPACE_ERRORS)
  async usage(@Param() { workspace_id }: WorkspacePathDto): Promise<WorkspaceUsageDto> {
    return toWorkspaceUsageDto(await this.getWorkspaceUsage.execute(workspace_id));
  }

  @Delete(':workspace_id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Delete a workspace with all of its chats',
    description: 'All or nothing: refused while any of its chats has an active sandbox.',
    operationId: 'deleteWorkspace',
  })
  @ApiNoContentResponse({ description: 'It is gone, with its chats and their directories.' })
  @ApiErrors(DELETE_WORKSPACE_ERRORS)
  async delete(@Param() { workspace_id }: WorkspacePathDto): Promise<void> {
    await this.deleteWorkspace.execute(workspace_id);
  }
}
