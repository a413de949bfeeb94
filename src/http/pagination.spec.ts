import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aUuid } from '../../test/builders/ids.js';
import { later, NOW } from '../../test/builders/times.js';
import { RequestInvalidError } from './http-error.js';
import { pageOf, pageOfSlice, pageRequestOf, type Position } from './pagination.js';

const positionOf = (item: Position): Position => item;
const item = (second: number, id: string): Position => ({ createdAt: later(NOW, second * 1000), id });
const ordered = (items: Position[]): Position[] =>
  items.toSorted(
    (one, other) => one.createdAt.getTime() - other.createdAt.getTime() || (one.id < other.id ? -1 : 1),
  );

/** Every page from the first to the last. */
function walk(items: readonly Position[], limit: number): (readonly Position[])[] {
  const pages = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = pageOf(items, cursor === undefined ? { limit } : { limit, cursor }, positionOf);
    pages.push(page.items);
    cursor = page.next_cursor;
  }
  return pages;
}

const lists = fc
  .uniqueArray(
    fc.record({ second: fc.nat(4), id: fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }) }),
    {
      selector: ({ second, id }) => `${second} ${id}`,
      maxLength: 30,
    },
  )
  .map((all) => ordered(all.map(({ second, id }) => item(second, id))));

describe('pageOf', () => {
  it('gives 50 items unless asked otherwise', () => {
    const all = Array.from({ length: 51 }, (_, index) => item(index, 'x'));
    expect(pageOf(all, {}, positionOf).items).toHaveLength(50);
    expect(pageOf(all, { limit: 51 }, positionOf).items).toHaveLength(51);
  });

  it('has no cursor on the last page, be it full or empty', () => {
    const all = [item(1, 'a'), item(2, 'b')];
    expect(pageOf(all, { limit: 2 }, positionOf).next_cursor).toBeNull();
    expect(pageOf([], { limit: 2 }, positionOf)).toEqual({ items: [], next_cursor: null });
  });

  it('gives cursors that the query lets through', () => {
    const { next_cursor } = pageOf([item(1, 'ü/?&='), item(2, 'b')], { limit: 1 }, positionOf);
    expect(next_cursor).toMatch(/^[\w-]{1,512}$/);
  });

  it('gives every item once and in order, whatever the limit and however many ties', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 12 }), (all, limit) => {
        const pages = walk(all, limit);
        expect(pages.flat()).toEqual(all);
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(all.length / limit)));
      }),
    );
  });

  it('goes on behind an item that is gone, and neither repeats nor skips what stays', () => {
    fc.assert(
      fc.property(
        lists,
        fc.integer({ min: 1, max: 5 }),
        fc.infiniteStream(fc.boolean()),
        (all, limit, removals) => {
          const first = pageOf(all, { limit }, positionOf);
          if (first.next_cursor === null) return;
          const left = all.filter(() => removals.next().value === true);
          const rest = pageOf(left, { limit: 200, cursor: first.next_cursor }, positionOf);
          expect(rest.items).toEqual(left.filter((one) => !first.items.includes(one)));
        },
      ),
    );
  });

  it('is empty behind the end', () => {
    const { next_cursor } = pageOf([item(8, 'a'), item(9, 'b')], { limit: 1 }, positionOf);
    expect(pageOf([item(1, 'x')], { cursor: next_cursor ?? '' }, positionOf)).toEqual({
      items: [],
      next_cursor: null,
    });
  });

  it.each([
    ['nothing that was encoded', 'AAAA'],
    ['no id', Buffer.from('1775164238292 ').toString('base64url')],
    ['no time', Buffer.from('soon x').toString('base64url')],
    ['no base64', '----'],
    ['a time that is none', Buffer.from('9999999999999999 x').toString('base64url')],
  ])('refuses a cursor that holds %s', (_, cursor) => {
    const attempt = (): unknown => pageOf([item(1, 'x')], { cursor }, positionOf);
    expect(attempt).toThrow(RequestInvalidError);
    expect(attempt).toThrow('query.cursor: must be a cursor of this list');
  });
});

describe('pageRequestOf', () => {
  it('asks for one item more than the page shows', () => {
    expect(pageRequestOf({})).toEqual({ after: null, limit: 51 });
    const all = [item(1, aUuid(1)), item(1, aUuid(2)), item(2, aUuid(3))];
    const first = pageOfSlice(all, pageRequestOf({ limit: 2 }), positionOf);
    expect(first.items).toEqual(all.slice(0, 2));
    const request = pageRequestOf({ limit: 2, cursor: first.next_cursor ?? '' });
    expect(request).toEqual({ after: all[1], limit: 3 });
    expect(pageOfSlice(all.slice(2), request, positionOf)).toEqual({ items: [all[2]], next_cursor: null });
  });

  it('refuses a cursor whose id is no UUID', () => {
    const cursor = Buffer.from(`${NOW.getTime()} \0`).toString('base64url');
    expect(() => pageRequestOf({ cursor })).toThrow(RequestInvalidError);
  });
});
