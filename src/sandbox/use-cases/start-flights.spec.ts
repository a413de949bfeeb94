import { beforeEach, describe, expect, it } from '@jest/globals';
import { CHAT, OTHER_CHAT } from '../../../test/builders/ids.js';
import { reactions } from '../../../test/fakes/deferred.js';
import { StartFlights } from './start-flights.js';

const TERMS = { chatId: CHAT, agentId: 'agent', volumeHostPath: '/tmp/volume' };

describe('StartFlights', () => {
  let flights: StartFlights<string>;
  let begun: PromiseWithResolvers<string>[];

  beforeEach(() => {
    flights = new StartFlights();
    begun = [];
  });

  const begin = (): Promise<string> => {
    const flight = Promise.withResolvers<string>();
    begun.push(flight);
    return flight.promise;
  };

  it('lets equal creates share one start', async () => {
    const answers = Promise.all([1, 2, 3].map(() => flights.share({ ...TERMS }, begin)));
    begun[0]?.resolve('up');
    expect(await answers).toEqual([
      { outcome: 'up', hasJoined: false },
      { outcome: 'up', hasJoined: true },
      { outcome: 'up', hasJoined: true },
    ]);
    expect(begun).toHaveLength(1);
  });

  it('gives the failure to all who share', async () => {
    const answers = Promise.allSettled([1, 2].map(() => flights.share(TERMS, begin)));
    begun[0]?.reject(new Error('down'));
    expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it.each([
    ['another agent', { agentId: 'other' }],
    ['another volume', { volumeHostPath: '/tmp/other' }],
    ['another chat', { chatId: OTHER_CHAT }],
  ])('begins anew for %s', async (_, difference) => {
    const answers = Promise.all([
      flights.share(TERMS, begin),
      flights.share({ ...TERMS, ...difference }, begin),
    ]);
    begun.forEach((flight, index) => flight.resolve(String(index)));
    expect((await answers).map(({ outcome }) => outcome)).toEqual(['0', '1']);
  });

  it('begins anew once the last one has landed, well or not', async () => {
    const first = flights.share(TERMS, begin);
    begun[0]?.reject(new Error('down'));
    await expect(first).rejects.toThrow('down');
    const second = flights.share(TERMS, begin);
    begun[1]?.resolve('up');
    expect(await second).toEqual({ outcome: 'up', hasJoined: false });
  });

  it('lets nobody join once it is closed, and the landing of the old one closes no new one', async () => {
    const old = flights.share(TERMS, begin);
    flights.close(CHAT);
    const young = flights.share(TERMS, begin);
    begun[0]?.resolve('old');
    expect(await old).toEqual({ outcome: 'old', hasJoined: false });
    await reactions();
    const joined = flights.share(TERMS, begin);
    begun[1]?.resolve('young');
    expect(await young).toEqual({ outcome: 'young', hasJoined: false });
    expect(await joined).toEqual({ outcome: 'young', hasJoined: true });
  });
});
