import { Controller, Delete, Get, HttpCode, HttpStatus, Param, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../http/error-dtos.js';
import { PageQuery, pageOfSlice, pageRequestOf } from '../../../http/pagination.js';
import { ClearFiles } from '../../use-cases/clear-files.js';
import { DeleteFile } from '../../use-cases/delete-file.js';
import { GetFile } from '../../use-cases/get-file.js';
import { ListFiles } from '../../use-cases/list-files.js';
import { StoredChatPathDto } from './chat-dtos.js';
import { FileDto, FilePageDto, FilePathDto, toFileDto } from './file-dtos.js';
import { OF_CHAT_ERRORS, OF_FILE_ERRORS } from './storage-errors.js';

@ApiTags('Files')
@Controller('api/v1/chats/:chat_id/files')
export class FileController {
  constructor(
    private readonly listFiles: ListFiles,
    private readonly getFile: GetFile,
    private readonly deleteFile: DeleteFile,
    private readonly clearFiles: ClearFiles,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The files of a chat that are on disk now',
    description:
      "Oldest first, ties by id. Those of the agent are among them: the regular files at the top of the chat's directory.",
    operationId: 'listFiles',
  })
  @ApiOkResponse({ type: FilePageDto })
  @ApiErrors(OF_CHAT_ERRORS)
  async list(@Param() { chat_id }: StoredChatPathDto, @Query() query: PageQuery): Promise<FilePageDto> {
    const request = pageRequestOf(query);
    const found = await this.listFiles.execute(chat_id, request);
    const { items, next_cursor } = pageOfSlice(found, request, ({ file: { createdAt, fileId } }) => ({
      createdAt,
      id: fileId,
    }));
    // Only now: what has gone still marks the place where the next page begins.
    const shown = items.filter(({ isPresent }) => isPresent);
    return { items: shown.map(({ file }) => toFileDto(file)), next_cursor };
  }

  @Get(':file_id')
  @ApiOperation({ summary: 'One file', operationId: 'getFile' })
  @ApiOkResponse({ type: FileDto })
  @ApiErrors(OF_FILE_ERRORS)
  async get(@Param() { chat_id, file_id }: FilePathDto): Promise<FileDto> {
    return toFileDto(await this.getFile.execute(chat_id, file_id));
  }

  @Delete(':file_id')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ summary: 'Delete a file', operationId: 'deleteFile' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiErrors(OF_FILE_ERRORS)
  async delete(@Param() { chat_id, file_id }: FilePathDto): Promise<void> {
    await this.deleteFile.execute(chat_id, file_id);
  }

  @Delete()
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({
    summary: 'Delete all that a chat holds but its history',
    description:
      'Directories and whatever else the agent made included. What the service has no right to remove stays, and is told to the log.',
    operationId: 'clearFiles',
  })
  @ApiNoContentResponse({ description: 'All are gone.' })
  @ApiErrors(OF_CHAT_ERRORS)
  async clear(@Param() { chat_id }: StoredChatPathDto): Promise<void> {
    await this.clearFiles.execute(chat_id);
  }
}
