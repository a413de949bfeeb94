import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { parseUuid } from '../kernel/uuid.js';
import { RequestInvalidError } from './http-error.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const toNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** The query of every list. */
export class PageQuery {
  @ApiPropertyOptional({
    description: 'Items at most.',
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
  })
  @IsOptional()
  @Transform(toNumber)
  @Max(MAX_LIMIT)
  @Min(1)
  @IsInt()
  limit?: number;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before; opaque.', type: 'string' })
  @IsOptional()
  @Matches(/^[\w-]{1,512}$/, { message: 'must be a cursor of this list', context: { type: 'cursor' } })
  cursor?: string;
}

/** `next_cursor` of the answer of every list, as the document tells it. */
export const NextCursorProperty = (): PropertyDecorator =>
  ApiProperty({
    description: '`cursor` of the next page; null on the last one.',
    type: 'string',
    nullable: true,
    example: null,
  });

/** Where an item stands in the stable order of its list: oldest first, ties by id. */
export interface Position {
  readonly createdAt: Date;
  readonly id: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** What a list that is read piece by piece is asked for: one more item than its page shows, to know of a next one. */
export interface PageRequest {
  readonly after: Position | null;
  readonly limit: number;
}

/** @param query of a list whose ids are UUIDs, as all are that a database keeps */
export function pageRequestOf(query: PageQuery): PageRequest {
  const after = query.cursor === undefined ? null : decode(query.cursor);
  if (after !== null && parseUuid(after.id) !== after.id) throw notACursor();
  return { after, limit: (query.limit ?? DEFAULT_LIMIT) + 1 };
}

/** The page that the answer to such a request makes. */
export const pageOfSlice = <T>(
  slice: readonly T[],
  { limit }: PageRequest,
  positionOf: (item: T) => Position,
): Page<T> => toPage(slice, limit - 1, positionOf);

/** One page of a whole list that is in its stable order. */
export function pageOf<T>(all: readonly T[], query: PageQuery, positionOf: (item: T) => Position): Page<T> {
  const after = query.cursor === undefined ? null : decode(query.cursor);
  const start = after === null ? 0 : all.findIndex((item) => compare(positionOf(item), after) > 0);
  return toPage(start < 0 ? [] : all.slice(start), query.limit ?? DEFAULT_LIMIT, positionOf);
}

/** @param rest all that is left of the list, or as much of it as is more than the page */
function toPage<T>(rest: readonly T[], limit: number, positionOf: (item: T) => Position): Page<T> {
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    next_cursor: last !== undefined && rest.length > items.length ? encode(positionOf(last)) : null,
  };
}

const compare = (one: Position, other: Position): number =>
  one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);

const encode = ({ createdAt, id }: Position): string =>
  Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');

function decode(cursor: string): Position {
  const [, time, id] = /^(-?\d{1,16}) (.+)$/s.exec(Buffer.from(cursor, 'base64url').toString('utf8')) ?? [];
  const createdAt = new Date(Number(time));
  if (id === undefined || Number.isNaN(createdAt.getTime())) throw notACursor();
  return { createdAt, id };
}

const notACursor = (): RequestInvalidError =>
  new RequestInvalidError([
    { loc: ['query', 'cursor'], msg: 'must be a cursor of this list', type: 'cursor' },
  ]);
