import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiErrors } from '../../../http/error-dtos.js';
import { JsonBody } from '../../../http/json-body.js';
import { PageQuery, pageOfSlice, pageRequestOf } from '../../../http/pagination.js';
import { CreateChat } from '../../use-cases/create-chat.js';
import { DeleteChat } from '../../use-cases/delete-chat.js';
import { GetChat } from '../../use-cases/get-chat.js';
import { ListChats } from '../../use-cases/list-chats.js';
import { ChatDto, ChatPageDto, CreateChatDto, StoredChatPathDto, toChatDto } from './chat-dtos.js';
import {
  CREATE_CHAT_ERRORS,
  DELETE_CHAT_ERRORS,
  OF_CHAT_ERRORS,
  OF_WORKSPACE_ERRORS,
} from './storage-errors.js';
import { WorkspacePathDto } from './workspace-dtos.js';

@ApiTags('Chats')
@Controller('api/v1')
export class ChatController {
  constructor(
    private readonly createChat: CreateChat,
    private readonly getChat: GetChat,
    private readonly listChats: ListChats,
    private readonly deleteChat: DeleteChat,
  ) {}

  @Post('workspaces/:workspace_id/chats')
  @JsonBody({ isOptional: true })
  @ApiOperation({
    summary: 'Get or create a chat of the workspace',
    description: 'A chat whose sandbox was there before finds the content that it has.',
    operationId: 'createChat',
  })
  @ApiBody({ type: CreateChatDto, required: false })
  @ApiCreatedResponse({ description: 'It is new.', type: ChatDto })
  @ApiOkResponse({ description: 'The workspace had it already.', type: ChatDto })
  @ApiErrors(CREATE_CHAT_ERRORS)
  async create(
    @Param() { workspace_id }: WorkspacePathDto,
    @Body() { chat_id }: CreateChatDto,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChatDto> {
    const { chat, isNew } = await this.createChat.execute(workspace_id, chat_id ?? null);
    response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return toChatDto(chat);
  }

  @Get('workspaces/:workspace_id/chats')
  @ApiOperation({
    summary: 'The chats of a workspace',
    description: 'Oldest first, ties by id.',
    operationId: 'listChats',
  })
  @ApiOkResponse({ type: ChatPageDto })
  @ApiErrors(OF_WORKSPACE_ERRORS)
  async list(@Param() { workspace_id }: WorkspacePathDto, @Query() query: PageQuery): Promise<ChatPageDto> {
    const request = pageRequestOf(query);
    const found = await this.listChats.execute(workspace_id, request);
    const { items, next_cursor } = pageOfSlice(found, request, ({ createdAt, chatId }) => ({
      createdAt,
      id: chatId,
    }));
    return { items: items.map(toChatDto), next_cursor };
  }

  @Get('chats/:chat_id')
  @ApiOperation({ summary: 'One chat', operationId: 'getChat' })
  @ApiOkResponse({ type: ChatDto })
  @ApiErrors(OF_CHAT_ERRORS)
  async get(@Param() { chat_id }: StoredChatPathDto): Promise<ChatDto> {
    return toChatDto(await this.getChat.execute(chat_id));
  }

  @Delete('chats/:chat_id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Delete a chat with all that it holds',
    description: 'Refused while it has an active sandbox.',
    operationId: 'deleteChat',
  })
  @ApiNoContentResponse({ description: 'It is gone, with its directory.' })
  @ApiErrors(DELETE_CHAT_ERRORS)
  async delete(@Param() { chat_id }: StoredChatPathDto): Promise<void> {
    await this.deleteChat.execute(chat_id);
  }
}
