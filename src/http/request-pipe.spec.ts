import type { ArgumentMetadata } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { IsInt, IsOptional, IsString, Matches, MinLength } from 'class-validator';
import { RequestInvalidError, type RequestFault } from './http-error.js';
import { PageQuery } from './pagination.js';
import { RequestPipe } from './request-pipe.js';
import { UuidField } from './uuid-field.js';

class SomeDto {
  @UuidField('An id.') chat_id!: string;
  @MinLength(3) @IsString() name!: string;
  @IsOptional() @IsInt() count?: number;
  @IsOptional()
  @Matches(/^x/, { message: 'must begin with x', context: { type: 'beginning' } })
  mark?: string;
}

const GOOD = { chat_id: '11111111-1111-1111-1111-111111111111', name: 'good' };

const transform = (
  value: unknown,
  metatype: ArgumentMetadata['metatype'] = SomeDto,
  type: ArgumentMetadata['type'] = 'body',
): Promise<unknown> => new RequestPipe().transform(value, { type, metatype });

async function faultsOf(...given: Parameters<typeof transform>): Promise<readonly RequestFault[]> {
  try {
    await transform(...given);
  } catch (error) {
    if (error instanceof RequestInvalidError) return error.faults;
    throw error;
  }
  return [];
}

describe('RequestPipe', () => {
  it('gives an instance with canonical values', async () => {
    const dto = await transform({ ...GOOD, chat_id: '1'.repeat(32), count: 3 });
    expect(dto).toBeInstanceOf(SomeDto);
    expect(dto).toMatchObject({ ...GOOD, count: 3 });
  });

  it('comes back from a value of any depth', async () => {
    const deep: unknown = JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`);
    const faults = await faultsOf({ chat_id: deep, name: deep, count: deep });
    expect(faults.map(({ loc }) => loc)).toEqual([
      ['body', 'chat_id'],
      ['body', 'name'],
      ['body', 'count'],
    ]);
  });

  it.each([
    ['body', 'body'],
    ['query', 'query'],
    ['param', 'path'],
  ] as const)('names the place of a fault in the %s: %s', async (type, place) => {
    const faults = await faultsOf({ ...GOOD, chat_id: 'x' }, SomeDto, type);
    expect(faults).toEqual([{ loc: [place, 'chat_id'], msg: 'must be a UUID', type: 'uuid' }]);
  });

  it('names all faults at once: missing, unknown and wrong', async () => {
    expect(await faultsOf({ name: 'x', count: 'many', extra: 1, mark: 'y' })).toEqual(
      expect.arrayContaining([
        { loc: ['body', 'chat_id'], msg: 'field required', type: 'missing' },
        { loc: ['body', 'name'], msg: 'must be longer than or equal to 3 characters', type: 'min_length' },
        { loc: ['body', 'count'], msg: 'must be an integer number', type: 'is_int' },
        { loc: ['body', 'mark'], msg: 'must begin with x', type: 'beginning' },
        { loc: ['body', 'extra'], msg: 'unknown field', type: 'extra_forbidden' },
      ]),
    );
  });

  it('has one fault a field', async () => {
    const faults = await faultsOf({ chat_id: 1, name: 2 });
    expect(faults.map(({ loc }) => loc[1]).sort()).toEqual(['chat_id', 'name']);
  });

  it.each([[null], ['text'], [7], [[GOOD]], [undefined], [true]])(
    'refuses %j, which is no object',
    async (value) => {
      expect(await faultsOf(value)).toEqual([
        { loc: ['body'], msg: 'must be an object', type: 'object_type' },
      ]);
    },
  );

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'refuses the field %s like any unknown one',
    async (field) => {
      const value: unknown = JSON.parse(
        `{"chat_id":"${GOOD.chat_id}","name":"good","${field}":{"polluted":1}}`,
      );
      expect(await faultsOf(value)).toEqual([
        { loc: ['body', field], msg: 'unknown field', type: 'extra_forbidden' },
      ]);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );

  it.each([
    ['null', null],
    ['a number', 12],
    ['a list', ['x']],
    ['an object', { a: 1 }],
  ])('refuses %s for a UUID', async (_, chat_id) => {
    expect(await faultsOf({ ...GOOD, chat_id })).toMatchObject([{ loc: ['body', 'chat_id'], type: 'uuid' }]);
  });

  it('leaves what is no DTO alone', async () => {
    expect(await transform('text', String)).toBe('text');
    expect(await new RequestPipe().transform(GOOD, { type: 'custom' })).toBe(GOOD);
  });
});

describe('PageQuery', () => {
  const faults = (query: Record<string, unknown>) => faultsOf(query, PageQuery, 'query');

  it.each([
    ['1', 1],
    ['200', 200],
    ['050', 50],
  ])('takes the limit %s', async (limit, expected) => {
    expect(await transform({ limit }, PageQuery, 'query')).toMatchObject({ limit: expected });
  });

  it.each(['0', '201', '-1', '1.5', '1e2', '', 'all', ' 5', '0x10', '99999999999999999999'])(
    'refuses the limit %j',
    async (limit) => {
      expect(await faults({ limit })).toMatchObject([{ loc: ['query', 'limit'] }]);
    },
  );

  it('refuses a limit that is given twice', async () => {
    expect(await faults({ limit: ['1', '2'] })).toMatchObject([{ loc: ['query', 'limit'] }]);
  });

  it.each(['', 'a b', 'a/b', 'x'.repeat(513), 'ü'])('refuses the cursor %j', async (cursor) => {
    expect(await faults({ cursor })).toEqual([
      { loc: ['query', 'cursor'], msg: 'must be a cursor of this list', type: 'cursor' },
    ]);
  });
});
