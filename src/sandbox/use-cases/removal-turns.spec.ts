import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { aUuid } from '../../../test/builders/ids.js';
import { HeldWork } from '../../../test/fakes/deferred.js';
import { Replica } from '../../../test/fakes/replica.js';

const CHATS = 12;

describe('a sweep whose removals wait for their turn beside starts', () => {
  it('keeps no chat for so long that a delete of it fails', async () => {
    const replica = new Replica({
      docker: { timeoutSeconds: 1 },
      sandbox: { ttlSeconds: 100, maxConcurrentStarts: 4, stopGraceSeconds: 0.3 },
    });
    const chatIds = Array.from({ length: CHATS }, (_, index) => aUuid(index + 1));
    for (const chatId of chatIds) await replica.create({ chatId });
    replica.clock.advanceSeconds(100);
    const start = new HeldWork();
    const starting = replica.queue.run(0, start.run);
    // A busy engine, and containers that make use of their grace.
    const stop = replica.runtime.stop.bind(replica.runtime);
    replica.runtime.stop = (...all) => sleep(300).then(() => stop(...all));
    const remove = replica.runtime.remove.bind(replica.runtime);
    replica.runtime.remove = (...all) => sleep(200).then(() => remove(...all));

    const sweep = replica.sweep();
    const deletes = await Promise.allSettled(chatIds.map((chatId) => replica.delete(chatId)));
    start.release();
    await Promise.all([starting, sweep]);

    expect(deletes.filter(({ status }) => status === 'rejected')).toEqual([]);
  });
});
