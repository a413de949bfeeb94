import {
  applyDecorators,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiNoContentResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { tagsToMatch } from '../../../http/entity-tags.js';
import { ApiErrors } from '../../../http/error-dtos.js';
import { assertText, bodyOf, declaredLength } from '../../../http/request-body.js';
import { GetHistory } from '../../use-cases/get-history.js';
import { WriteHistory } from '../../use-cases/write-history.js';
import { StoredChatPathDto } from './chat-dtos.js';
import { sendContent } from './content-answer.js';
import { READ_HISTORY_ERRORS, WRITE_HISTORY_ERRORS } from './storage-errors.js';

const MARKDOWN = 'text/markdown; charset=utf-8';
const TAG = { schema: { type: 'string', example: '"9f86d081884c7d65"' } } as const;
const EXAMPLE = '# 2026-04-02\n\nThe report is done.\n';

/** What the two ways of writing have in common. */
const ApiWriting = (): MethodDecorator =>
  applyDecorators(
    HttpCode(HttpStatus.NO_CONTENT),
    ApiHeader({
      name: 'If-Match',
      description: 'Only when the history has one of these tags; `*`: whatever it is.',
      required: false,
      schema: { type: 'string' },
    }),
    ApiConsumes('text/markdown', 'text/plain'),
    ApiBody({ required: false, schema: { type: 'string', example: EXAMPLE } }),
    ApiNoContentResponse({ description: 'It is done, durably.', headers: { ETag: TAG } }),
    ApiErrors(WRITE_HISTORY_ERRORS),
  );

@ApiTags('History')
@Controller('api/v1/chats/:chat_id/history')
export class HistoryController {
  constructor(
    private readonly getHistory: GetHistory,
    private readonly writeHistory: WriteHistory,
  ) {}

  @Get()
  @ApiOperation({
    summary: "A chat's history",
    description: 'Empty for a new chat.',
    operationId: 'getHistory',
  })
  @ApiHeader({ name: 'If-None-Match', required: false, schema: { type: 'string' } })
  @ApiResponse({
    status: 200,
    description: 'The text.',
    headers: { ETag: TAG },
    content: { [MARKDOWN]: { schema: { type: 'string', example: EXAMPLE } } },
  })
  @ApiResponse({ status: 304, description: 'A tag of `If-None-Match` is that of the history.' })
  @ApiErrors(READ_HISTORY_ERRORS)
  async get(
    @Param() { chat_id }: StoredChatPathDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { content, tag } = await this.getHistory.execute(chat_id);
    try {
      const text = { content, tag, contentType: MARKDOWN, headers: {}, hasRanges: false };
      await sendContent(request, response, text, () => undefined);
    } finally {
      await content[Symbol.asyncDispose]();
    }
  }

  @Put()
  @ApiOperation({
    summary: 'Replace the history',
    description: 'All at once. An empty body empties it.',
    operationId: 'replaceHistory',
  })
  @ApiWriting()
  replace(
    @Param() { chat_id }: StoredChatPathDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    return this.write(chat_id, 'replace', request, response);
  }

  @Post()
  @ApiOperation({
    summary: 'Append to the history',
    description: 'Concurrent appends all survive whole, none interleaved.',
    operationId: 'appendHistory',
  })
  @ApiWriting()
  append(
    @Param() { chat_id }: StoredChatPathDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    return this.write(chat_id, 'append', request, response);
  }

  private async write(
    chatId: string,
    mode: 'replace' | 'append',
    request: Request,
    response: Response,
  ): Promise<void> {
    assertText(request);
    const tag = await this.writeHistory.execute({
      chatId,
      mode,
      declaredBytes: declaredLength(request),
      expected: tagsToMatch(request.headers['if-match']),
      source: bodyOf(request),
    });
    response.setHeader('ETag', `"${tag}"`);
  }
}
