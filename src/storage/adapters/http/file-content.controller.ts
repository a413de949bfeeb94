import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiErrors } from '../../../http/error-dtos.js';
import { METRICS, type Metrics } from '../../../observability/ports/metrics.js';
import { GetFile, type OpenedFile } from '../../use-cases/get-file.js';
import { attachmentDisposition } from './attachment-disposition.js';
import { type Representation, sendContent } from './content-answer.js';
import { FilePathDto } from './file-dtos.js';
import { FILE_CONTENT_ERRORS } from './storage-errors.js';

const UNKNOWN_TYPE = 'application/octet-stream';

const text = (example: string): { schema: { type: 'string'; example: string } } => ({
  schema: { type: 'string', example },
});

const BYTES = {
  content: { [UNKNOWN_TYPE]: { schema: { type: 'string', format: 'binary' } } },
} as const;

const HEADERS = {
  ETag: text('"4f1a-18b2c"'),
  'Accept-Ranges': text('bytes'),
  'Content-Disposition': text(attachmentDisposition('report.pdf')),
  'X-Content-Type-Options': text('nosniff'),
};

@ApiTags('Files')
@Controller('api/v1/chats/:chat_id/files/:file_id/content')
export class FileContentController {
  constructor(
    private readonly getFile: GetFile,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Download a file',
    description:
      'In its own content type. One range of bytes can be asked for; several, or other units, give the whole.',
    operationId: 'downloadFile',
  })
  @ApiHeader({ name: 'Range', required: false, schema: { type: 'string', example: 'bytes=0-1023' } })
  @ApiHeader({ name: 'If-Range', required: false, schema: { type: 'string' } })
  @ApiHeader({ name: 'If-None-Match', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The bytes.', headers: HEADERS, ...BYTES })
  @ApiResponse({
    status: 206,
    description: 'The bytes of the range.',
    headers: { ...HEADERS, 'Content-Range': text('bytes 0-1023/48213') },
    ...BYTES,
  })
  @ApiResponse({ status: 304, description: 'A tag of `If-None-Match` is that of the file.' })
  @ApiErrors(FILE_CONTENT_ERRORS)
  async download(
    @Param() { chat_id, file_id }: FilePathDto,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const opened = await this.getFile.open(chat_id, file_id);
    try {
      await sendContent(request, response, toRepresentation(opened), (bytes) =>
        this.metrics.add('storage.download.bytes', bytes),
      );
    } finally {
      await opened.content[Symbol.asyncDispose]();
    }
  }
}

const toRepresentation = ({ file, content }: OpenedFile): Representation => ({
  content,
  contentType: file.contentType ?? UNKNOWN_TYPE,
  tag: content.facts.version,
  hasRanges: true,
  headers: { 'Accept-Ranges': 'bytes', 'Content-Disposition': attachmentDisposition(file.name) },
});
