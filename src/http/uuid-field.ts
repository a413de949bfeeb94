import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Matches, ValidateIf } from 'class-validator';
import { parseUuid } from '../kernel/uuid.js';

const CANONICAL = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const DOCUMENTED = { format: 'uuid', example: '11111111-1111-1111-1111-111111111111' };

const RULES = [
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? (parseUuid(value) ?? value) : value,
  ),
  Matches(CANONICAL, { message: 'must be a UUID', context: { type: 'uuid' } }),
];

/** A UUID in any case, with or without its hyphens; the handler gets the canonical form. */
export const UuidField = (description: string): PropertyDecorator =>
  applyDecorators(ApiProperty({ description, ...DOCUMENTED }), ...RULES);

/** The same for a field that may be left out; null is no way to do so. */
export const OptionalUuidField = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description, ...DOCUMENTED }),
    ValidateIf((_, value) => value !== undefined),
    ...RULES,
  );
