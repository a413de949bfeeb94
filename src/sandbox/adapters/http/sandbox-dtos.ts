import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MinLength } from 'class-validator';
import { NextCursorProperty, PageQuery } from '../../../http/pagination.js';
import { UuidField } from '../../../http/uuid-field.js';

/** 1 to 256 characters, none of them a control character or half of one, and not all blank. */
const AGENT_ID = /^(?=[^]*\S)[^\p{Cc}\p{Cs}]{1,256}$/u;
const AGENT_ID_RULE = {
  message: 'must be 1 to 256 characters, not blank, without control characters',
  context: { type: 'agent_id' },
};

export class CreateSandboxDto {
  @UuidField('The chat; in any letter case, with or without hyphens.')
  chat_id!: string;

  @ApiProperty({
    description:
      'Who runs in the sandbox, as `AGENT_ID` in its environment. Not blank, no control characters.',
    minLength: 1,
    maxLength: 256,
    example: 'agent-local',
  })
  @Matches(AGENT_ID, AGENT_ID_RULE)
  @IsString()
  agent_id!: string;

  @ApiProperty({
    description:
      'Absolute path of a directory on the Docker host, mounted read-write; a leading `~` is the home of the user of ' +
      'this service. Compared, stored and mounted in canonical form. Must lie in `sandbox.volume_allowed_roots`.',
    minLength: 1,
    maxLength: 4096,
    example: '/tmp/master-volume',
  })
  @MinLength(1)
  @IsString()
  volume_host_path!: string;
}

export class ChatPathDto {
  @UuidField('The chat; in any letter case, with or without hyphens.')
  chat_id!: string;
}

export class ListSandboxesQuery extends PageQuery {
  @ApiPropertyOptional({ description: "Only this agent's sandboxes.", example: 'agent-local' })
  @IsOptional()
  @Matches(AGENT_ID, AGENT_ID_RULE)
  @IsString()
  agent_id?: string;
}

export class EndpointDto {
  @ApiProperty({ description: "The container's address on the sandboxes' network.", example: '172.18.0.5' })
  ip!: string;

  @ApiProperty({ type: 'integer', minimum: 1, maximum: 65_535, example: 8000 })
  port!: number;
}

export class SandboxDto {
  @ApiProperty({ format: 'uuid', example: '3701cfe3-e05e-48af-8385-442dcd954ca2' })
  session_id!: string;

  @ApiProperty({ format: 'uuid', example: '11111111-1111-1111-1111-111111111111' })
  chat_id!: string;

  @ApiProperty({ example: 'agent-local' })
  agent_id!: string;

  @ApiProperty({ description: 'In canonical form.', example: '/tmp/master-volume' })
  volume_host_path!: string;

  @ApiProperty({ example: '64d839c6007dfd7cff8ea8b9a4b1a8eb2f7e6f0a6c1de8ba4bf1f6b53d5bb6a3' })
  container_id!: string;

  @ApiProperty({ description: 'Where the agent listens.', type: EndpointDto })
  endpoint!: EndpointDto;

  @ApiProperty({ enum: ['running'], example: 'running' })
  status!: string;

  @ApiProperty({
    description: 'When it ends; reuse does not move it.',
    format: 'date-time',
    example: '2026-04-02T21:11:38.292Z',
  })
  expires_at!: string;
}

export class ListedSandboxDto extends SandboxDto {
  @ApiProperty({ format: 'date-time', example: '2026-04-02T21:06:38.292Z' })
  created_at!: string;
}

export class SandboxPageDto {
  @ApiProperty({ type: [ListedSandboxDto] })
  items!: ListedSandboxDto[];

  @NextCursorProperty()
  next_cursor!: string | null;
}

export class DeletedSandboxDto {
  @ApiProperty({ format: 'uuid', example: '11111111-1111-1111-1111-111111111111' })
  chat_id!: string;

  @ApiProperty({ enum: ['deleted', 'not_found'], example: 'deleted' })
  result!: 'deleted' | 'not_found';

  @ApiProperty({
    type: 'string',
    format: 'uuid',
    nullable: true,
    example: '3701cfe3-e05e-48af-8385-442dcd954ca2',
  })
  session_id!: string | null;

  @ApiProperty({
    type: 'string',
    nullable: true,
    example: '64d839c6007dfd7cff8ea8b9a4b1a8eb2f7e6f0a6c1de8ba4bf1f6b53d5bb6a3',
  })
  container_id!: string | null;
}
