import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsString, ValidateIf } from 'class-validator';
import { NextCursorProperty } from '../../../http/pagination.js';
import { UuidField } from '../../../http/uuid-field.js';
import type { ChatFile } from '../../domain/chat-file.js';
import { StoredChatPathDto } from './chat-dtos.js';

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

export class UploadQuery {
  @ApiPropertyOptional({
    description: 'Whether what has the name already makes way.',
    type: 'boolean',
    default: false,
  })
  @ValidateIf((_, value) => value !== undefined)
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (BOOLEANS[value] ?? value) : value,
  )
  @IsBoolean({ message: 'must be true or false', context: { type: 'boolean' } })
  replace?: boolean;
}

export class FilePathDto extends StoredChatPathDto {
  @UuidField('The file; in any letter case, with or without hyphens.')
  file_id!: string;
}

export class FileNamePathDto extends StoredChatPathDto {
  @ApiProperty({
    description:
      'The name, percent-encoded: 1 to 255 bytes of UTF-8 without slashes, backslashes, control characters and ' +
      'characters that turn the direction of text; not `.`, `..` or `history.md`.',
    example: 'report.pdf',
  })
  @IsString()
  name!: string;
}

export class FileDto {
  @ApiProperty({ format: 'uuid', example: '44444444-4444-4444-4444-444444444444' })
  file_id!: string;

  @ApiProperty({ format: 'uuid', example: '11111111-1111-1111-1111-111111111111' })
  chat_id!: string;

  @ApiProperty({ example: 'report.pdf' })
  name!: string;

  @ApiProperty({
    description: 'As it was given at the upload, where that was a media type; agents give none.',
    type: 'string',
    nullable: true,
    example: 'application/pdf',
  })
  content_type!: string | null;

  @ApiProperty({ type: 'integer', format: 'int64', example: 48213 })
  size_bytes!: number;

  @ApiProperty({
    description: '`upload`, or `agent` for a file that the sandbox itself wrote.',
    enum: ['upload', 'agent'],
    example: 'upload',
  })
  origin!: 'upload' | 'agent';

  @ApiProperty({
    description: "When it was uploaded first; an agent's file: when it was first seen.",
    format: 'date-time',
    example: '2026-04-02T21:06:38.292Z',
  })
  created_at!: string;
}

export class FilePageDto {
  @ApiProperty({ description: 'May be fewer than the limit on any page.', type: [FileDto] })
  items!: FileDto[];

  @NextCursorProperty()
  next_cursor!: string | null;
}

export const toFileDto = (file: ChatFile): FileDto => ({
  file_id: file.fileId,
  chat_id: file.chatId,
  name: file.name,
  content_type: file.contentType,
  size_bytes: file.sizeBytes,
  origin: file.origin,
  created_at: file.createdAt.toISOString(),
});
