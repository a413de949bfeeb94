import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Matches } from 'class-validator';
import { parseUuid } from '../kernel/uuid.js';

const CANONICAL = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A UUID in any case, with or without its hyphens; the handler gets the canonical form. */
export const UuidField = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ description, format: 'uuid', example: '11111111-1111-1111-1111-111111111111' }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (parseUuid(value) ?? value) : value,
    ),
    Matches(CANONICAL, { message: 'must be a UUID', context: { type: 'uuid' } }),
  );
