import { describe, expect, it } from '@jest/globals';
import { HeldWork, reactions } from '../../test/fakes/deferred.js';
import { Turns } from './turns.js';

describe('Turns', () => {
  it('lets those of one key work one after the other, in the order of asking', async () => {
    const turns = new Turns();
    const works = [new HeldWork(), new HeldWork(), new HeldWork()] as const;
    const done = works.map((work) => turns.take('key', work.run));
    for (const [index, work] of works.entries()) {
      await reactions();
      expect(works.map(({ hasBegun }) => hasBegun)).toEqual(works.map((_, other) => other <= index));
      work.release();
    }
    await Promise.all(done);
  });

  it('lets those of other keys work meanwhile', async () => {
    const turns = new Turns();
    const held = new HeldWork();
    const one = turns.take('one', held.run);
    expect(await turns.take('other', () => Promise.resolve('done'))).toBe('done');
    held.release();
    await one;
  });

  it('goes on after one that failed, which is told so', async () => {
    const turns = new Turns();
    const failing = turns.take('key', () => Promise.reject(new Error('no')));
    const next = turns.take('key', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  it('remembers no key when all are done', async () => {
    const turns = new Turns();
    const held = new HeldWork();
    const all = [turns.take('a', held.run), turns.take('a', held.run), turns.take('b', held.run)];
    expect(turns.busyKeys).toBe(2);
    held.release();
    await Promise.all(all);
    expect(turns.busyKeys).toBe(0);
  });
});
