import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { HeldWork, reactions } from '../../../test/fakes/deferred.js';
import { Arrivals } from './arrivals.js';

describe('Arrivals', () => {
  let arrivals: Arrivals;

  beforeEach(() => {
    arrivals = new Arrivals();
  });

  it('lets a call line up at once where none is before it', () => {
    const work = new HeldWork();
    void arrivals.inOrder(CHAT, work.run);
    expect(work.hasBegun).toBe(true);
  });

  it('lets the calls of one chat line up one after the other, however long each takes', async () => {
    const order: string[] = [];
    const works = ['slow', 'quick', 'last'].map((name) => ({ name, work: new HeldWork() }));
    const calls = works.map(({ name, work }) =>
      arrivals.inOrder(CHAT, work.run).then(() => order.push(name)),
    );
    works.at(-1)?.work.release();
    works.at(1)?.work.release();
    await reactions();
    expect(order).toEqual([]);
    works.at(0)?.work.release();
    await Promise.all(calls);
    expect(order).toEqual(['slow', 'quick', 'last']);
  });

  it('lets other chats pass', async () => {
    const slow = new HeldWork();
    const held = arrivals.inOrder(CHAT, slow.run);
    await expect(arrivals.inOrder(OTHER_CHAT, () => Promise.resolve('passed'))).resolves.toBe('passed');
    slow.release();
    await held;
  });

  it('does not let a failure reach those behind', async () => {
    const failing = new HeldWork();
    const first = expect(arrivals.inOrder(CHAT, failing.run)).rejects.toThrow('no');
    const second = arrivals.inOrder(CHAT, () => Promise.resolve('passed'));
    failing.fail(new Error('no'));
    await first;
    await expect(second).resolves.toBe('passed');
  });

  it('does not wait for what follows once the place is taken', async () => {
    const following = new HeldWork();
    const { landing } = await arrivals.inOrder(CHAT, () => Promise.resolve({ landing: following.run() }));
    await expect(arrivals.inOrder(CHAT, () => Promise.resolve('passed'))).resolves.toBe('passed');
    following.release();
    await landing;
  });
});
