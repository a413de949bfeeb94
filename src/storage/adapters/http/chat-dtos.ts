import { ApiProperty } from '@nestjs/swagger';
import { NextCursorProperty } from '../../../http/pagination.js';
import { OptionalUuidField, UuidField } from '../../../http/uuid-field.js';
import type { Chat } from '../../domain/chat.js';

export class CreateChatDto {
  @OptionalUuidField('The chat; a new id when it is left out.')
  chat_id?: string;
}

export class StoredChatPathDto {
  @UuidField('The chat; in any letter case, with or without hyphens.')
  chat_id!: string;
}

export class ChatDto {
  @ApiProperty({ format: 'uuid', example: '11111111-1111-1111-1111-111111111111' })
  chat_id!: string;

  @ApiProperty({ format: 'uuid', example: '22222222-2222-2222-2222-222222222222' })
  workspace_id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-04-02T21:06:38.292Z' })
  created_at!: string;
}

export class ChatPageDto {
  @ApiProperty({ type: [ChatDto] })
  items!: ChatDto[];

  @NextCursorProperty()
  next_cursor!: string | null;
}

export const toChatDto = ({ chatId, workspaceId, createdAt }: Chat): ChatDto => ({
  chat_id: chatId,
  workspace_id: workspaceId,
  created_at: createdAt.toISOString(),
});
