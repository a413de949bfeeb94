import { describe, expect, it } from '@jest/globals';
import { faultsOf } from './checker.js';
import type { History, Life, Request } from './chronicle.js';

const CHAT = 'chat';
const MINUTE = 60_000;
/** Some time ago, so that nothing is still to come. */
const START = Date.now() - 60 * MINUTE;

function aLife(containerId: string, from: number, to: number, overrides: Partial<Life> = {}): Life {
  return {
    containerId,
    chatId: CHAT,
    createdAt: START + from,
    expiresAt: START + to,
    runs: [{ from: START + from, to: START + to }],
    ip: `ip of ${containerId}`,
    endedAt: START + to,
    ...overrides,
  };
}

function aCreate(containerId: string, from: number, to: number, overrides: Partial<Request> = {}): Request {
  return {
    kind: 'create',
    chatId: CHAT,
    beganAt: START + from,
    endedAt: START + to,
    status: 200,
    containerId,
    ip: `ip of ${containerId}`,
    ...overrides,
  };
}

const aDelete = (from: number, to: number): Request =>
  aCreate('', from, to, { kind: 'delete', containerId: null, ip: null });

function aHistory(lives: readonly Life[], requests: Request[] = [], harms: History['harms'] = []): History {
  return { lives: new Map(lives.map((life) => [life.containerId, life])), requests, harms };
}

describe('the judge of a storm', () => {
  it('finds nothing wrong with one sandbox after the other', () => {
    const lives = [aLife('one', 0, 1000), aLife('two', 1000, 2000)];
    expect(faultsOf(aHistory(lives, [aCreate('one', -10, 10), aCreate('two', 1500, 1600)]))).toEqual([]);
  });

  it('sees two that run at once', () => {
    expect(faultsOf(aHistory([aLife('one', 0, 1000), aLife('two', 900, 2000)]))).toEqual([
      'chat chat: two began before one had ended',
    ]);
  });

  it('takes a paused one for one that is there', () => {
    const paused = aLife('one', 0, 1000, { runs: [{ from: START, to: START + 100 }] });
    expect(faultsOf(aHistory([paused, aLife('two', 500, 2000)]))).toHaveLength(1);
  });

  it('sees an answer that names what never was, what is of another chat, and what did not run then', () => {
    const life = aLife('one', 0, 1000);
    const faults = (request: Request): string[] => faultsOf(aHistory([life], [request]));
    expect(faults(aCreate('none', 0, 10))).toEqual(['chat chat: was told of none, which never was']);
    expect(faults(aCreate('one', 0, 10, { chatId: 'other' }))).toEqual([
      'chat other: was told of one, which is of chat',
    ]);
    expect(faults(aCreate('one', 1100, 1200))).toEqual([
      'chat chat: was told of one, which did not run during the call',
    ]);
  });

  it("sees an address that is not the container's own, where that is known", () => {
    const request = aCreate('one', 0, 10, { ip: 'another' });
    expect(faultsOf(aHistory([aLife('one', 0, 1000)], [request]))).toHaveLength(1);
    expect(faultsOf(aHistory([aLife('one', 0, 1000, { ip: null })], [request]))).toEqual([]);
  });

  it('asks for a reason why what was handed out has ended', () => {
    const life = aLife('one', 0, 1000, { expiresAt: START + MINUTE });
    const created = aCreate('one', -10, 10);
    expect(faultsOf(aHistory([life], [created]))).toEqual([
      'chat chat: one was handed out, and ended for no reason',
    ]);
    expect(faultsOf(aHistory([life], [created, aDelete(900, 1100)]))).toEqual([]);
    expect(faultsOf(aHistory([life], [created, aDelete(-900, -800)]))).toHaveLength(1);
    expect(faultsOf(aHistory([life], [created], [{ containerId: 'one', at: START + 990 }]))).toEqual([]);
    expect(faultsOf(aHistory([life], [created], [{ containerId: 'two', at: START + 990 }]))).toHaveLength(1);
    const failed = aCreate('', -10, 20, { status: 503, containerId: null });
    expect(faultsOf(aHistory([life], [created, failed]))).toEqual([]);
    expect(faultsOf(aHistory([life], [created, { ...failed, beganAt: START + 15 }]))).toHaveLength(1);
    // One that was never handed out may be undone.
    expect(faultsOf(aHistory([life]))).toEqual([]);
  });

  it('sees what outlives its time', () => {
    const life = aLife('one', 0, MINUTE, { expiresAt: START + 1000 });
    expect(faultsOf(aHistory([life]))).toEqual(['chat chat: one outlived its time by 59000 ms']);
  });
});
