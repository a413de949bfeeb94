import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../http/error-dtos.js';
import { JsonBody } from '../../../http/json-body.js';
import { pageOf } from '../../../http/pagination.js';
import { CreateSandbox } from '../../use-cases/create-sandbox.js';
import { DeleteSandbox } from '../../use-cases/delete-sandbox.js';
import { GetSandbox } from '../../use-cases/get-sandbox.js';
import { ListSandboxes } from '../../use-cases/list-sandboxes.js';
import { toDeletedDto, toListedDto, toSandboxDto } from './sandbox-answers.js';
import {
  ChatPathDto,
  CreateSandboxDto,
  DeletedSandboxDto,
  ListedSandboxDto,
  ListSandboxesQuery,
  SandboxDto,
  SandboxPageDto,
} from './sandbox-dtos.js';
import { CREATE_ERRORS, DELETE_ERRORS, GET_ERRORS, LIST_ERRORS } from './sandbox-errors.js';

@ApiTags('Sandboxes')
@Controller('api/v1')
export class SandboxController {
  constructor(
    private readonly createSandbox: CreateSandbox,
    private readonly deleteSandbox: DeleteSandbox,
    private readonly getSandbox: GetSandbox,
    private readonly listSandboxes: ListSandboxes,
  ) {}

  @Post('create')
  @HttpCode(HttpStatus.OK)
  @JsonBody()
  @ApiOperation({ summary: "Get or create the chat's one active sandbox" })
  @ApiOkResponse({ description: 'New and reused alike.', type: SandboxDto })
  @ApiErrors(CREATE_ERRORS)
  async create(@Body() { chat_id, agent_id, volume_host_path }: CreateSandboxDto): Promise<SandboxDto> {
    const request = { chatId: chat_id, agentId: agent_id, volumeHostPath: volume_host_path };
    return toSandboxDto(await this.createSandbox.execute(request));
  }

  @Get('sandboxes')
  @ApiOperation({ summary: 'The active sandboxes', description: 'Oldest first, ties by session id.' })
  @ApiOkResponse({ type: SandboxPageDto })
  @ApiErrors(LIST_ERRORS)
  async list(@Query() query: ListSandboxesQuery): Promise<SandboxPageDto> {
    const sandboxes = await this.listSandboxes.execute(query.agent_id ?? null);
    const { items, next_cursor } = pageOf(sandboxes, query, ({ createdAt, sessionId }) => ({
      createdAt,
      id: sessionId,
    }));
    return { items: items.map(toListedDto), next_cursor };
  }

  @Get('sandboxes/:chat_id')
  @ApiOperation({ summary: "The chat's active sandbox" })
  @ApiOkResponse({ type: ListedSandboxDto })
  @ApiErrors(GET_ERRORS)
  async get(@Param() { chat_id }: ChatPathDto): Promise<ListedSandboxDto> {
    return toListedDto(await this.getSandbox.execute(chat_id));
  }

  @Delete('sandboxes/:chat_id')
  @ApiOperation({ summary: "End the chat's sandbox", description: 'Idempotent, and legal in every state.' })
  @ApiOkResponse({ type: DeletedSandboxDto })
  @ApiErrors(DELETE_ERRORS)
  async delete(@Param() { chat_id }: ChatPathDto): Promise<DeletedSandboxDto> {
    return toDeletedDto(chat_id, await this.deleteSandbox.execute(chat_id));
  }
}
