import { Controller, HttpStatus, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiErrors } from '../../../http/error-dtos.js';
import { StoreFile, type StoredFile } from '../../use-cases/store-file.js';
import { StoredChatPathDto } from './chat-dtos.js';
import { FileDto, FileNamePathDto, toFileDto, UploadQuery } from './file-dtos.js';
import { fileOfBody, withFileOfForm } from './received-file.js';
import { STORE_FILE_ERRORS, UPLOAD_FILE_ERRORS } from './storage-errors.js';

const FORM = {
  type: 'object',
  required: ['file'],
  additionalProperties: false,
  properties: { file: { type: 'string', format: 'binary', description: 'The only part; has a file name.' } },
};

const KEPT =
  'All of it is kept, or nothing. A file that is replaced keeps its id, also where a sandbox has put something else in its ' +
  'place meanwhile.';

@ApiTags('Files')
@Controller('api/v1/chats/:chat_id/files')
export class UploadController {
  constructor(private readonly storeFile: StoreFile) {}

  @Post()
  @ApiOperation({
    summary: 'Upload a file by a form',
    description: KEPT,
    operationId: 'uploadFile',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ required: true, schema: FORM })
  @ApiCreatedResponse({ description: 'It is new.', type: FileDto })
  @ApiOkResponse({ description: 'It has replaced the one of its name.', type: FileDto })
  @ApiErrors(UPLOAD_FILE_ERRORS)
  async upload(
    @Param() { chat_id }: StoredChatPathDto,
    @Query() { replace }: UploadQuery,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileDto> {
    const mode = replace === true ? 'replace' : 'new';
    const stored = await withFileOfForm(request, (file) =>
      this.storeFile.execute({ chatId: chat_id, mode, ...file }),
    );
    return answer(response, stored);
  }

  @Put('by-name/:name')
  @ApiOperation({
    summary: 'Create or replace a file, whose bytes are the body',
    description: KEPT,
    operationId: 'putFile',
  })
  @ApiConsumes('application/octet-stream', '*/*')
  @ApiBody({ required: false, schema: { type: 'string', format: 'binary' } })
  @ApiCreatedResponse({ description: 'It is new.', type: FileDto })
  @ApiOkResponse({ description: 'It has replaced the one of its name.', type: FileDto })
  @ApiErrors(STORE_FILE_ERRORS)
  async put(
    @Param() { chat_id, name }: FileNamePathDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<FileDto> {
    const file = fileOfBody(request, name);
    return answer(response, await this.storeFile.execute({ chatId: chat_id, mode: 'replace', ...file }));
  }
}

function answer(response: Response, { file, isNew }: StoredFile): FileDto {
  response.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
  return toFileDto(file);
}
