import { beforeEach, describe, expect, it } from '@jest/globals';
import { reactions } from '../../../../test/fakes/deferred.js';
import type { EngineEvent } from './engine-event.js';
import { type Marker, PROOF_MS, StreamMarkers } from './stream-markers.js';

const eventOf = ({ containerId, height, width }: Marker): EngineEvent => ({
  type: 'container',
  action: 'resize',
  subject: containerId,
  attributes: { height: String(height), width: String(width) },
});

describe('StreamMarkers', () => {
  let now: number;
  let sent: Marker[];
  let losses: number;
  let outcome: () => Promise<boolean>;
  let markers: StreamMarkers;

  beforeEach(() => {
    now = 1000;
    sent = [];
    losses = 0;
    outcome = () => Promise.resolve(true);
    markers = new StreamMarkers({
      send: (marker) => {
        sent.push(marker);
        return outcome();
      },
      onLost: () => (losses += 1),
      nowMs: () => now,
    });
    markers.open();
  });

  const last = (): EngineEvent => {
    const marker = sent.at(-1);
    if (marker === undefined) throw new Error('none was sent');
    return eventOf(marker);
  };

  /** A marker that comes back after so long. */
  function mark(afterMs = 0): void {
    markers.renew('some');
    now += afterMs;
    expect(markers.accept(last())).toBe(true);
  }

  it('prove nothing before one has come back', () => {
    expect(markers.isCurrent).toBe(false);
    markers.renew('some');
    expect(markers.isCurrent).toBe(false);
  });

  it('prove for as long as said, from the sending on', () => {
    mark(10);
    now += PROOF_MS - 10;
    expect(markers.isCurrent).toBe(true);
    now += 0.001;
    expect(markers.isCurrent).toBe(false);
  });

  it('prove nothing when they come back too late', () => {
    mark(PROOF_MS + 1);
    expect(markers.isCurrent).toBe(false);
  });

  it('are told from those of others, and from earlier ones of ours', () => {
    markers.renew('some');
    const { attributes, ...rest } = last();
    const strangers: EngineEvent[] = [
      { ...rest, attributes: { ...attributes, height: '1' } },
      { ...rest, attributes: { ...attributes, width: '77' } },
      { ...rest, attributes, subject: 'other' },
      { ...rest, attributes, action: 'die' },
    ];
    for (const event of strangers) expect(markers.accept(event)).toBe(false);
    expect(markers.accept(last())).toBe(true);
    expect(markers.accept(last())).toBe(false);
  });

  it('are sent one at a time, and not more often than needed', () => {
    markers.renew('some');
    now += 20;
    markers.renew('some');
    expect(sent).toHaveLength(1);
    markers.accept(last());
    markers.renew('some');
    expect(sent).toHaveLength(2);
    markers.accept(last());
    now += 5;
    markers.renew('some');
    expect(sent).toHaveLength(2);
  });

  it('are not sent while there is no stream', () => {
    markers.reset();
    markers.renew('some');
    expect(sent).toEqual([]);
  });

  it('prove nothing any more once the stream has ended', () => {
    mark();
    markers.reset();
    markers.open();
    expect(markers.isCurrent).toBe(false);
  });

  it('of a stream that has ended are not taken for those of the next', () => {
    markers.renew('some');
    const early = last();
    markers.reset();
    markers.open();
    expect(markers.accept(early)).toBe(false);
  });

  it('can be waited for', async () => {
    markers.renew('some');
    const current = [markers.untilCurrent(), markers.untilCurrent()];
    markers.accept(last());
    expect(await Promise.all(current)).toEqual([true, true]);
  });

  it('are waited for no longer than they could prove something', async () => {
    markers.renew('some');
    const beganMs = performance.now();
    expect(await markers.untilCurrent()).toBe(false);
    expect(performance.now() - beganMs).toBeLessThan(PROOF_MS + 500);
    now += PROOF_MS + 1;
    expect(await markers.untilCurrent()).toBe(false);
  });

  it('let those that wait go when they fail, or when the stream ends', async () => {
    outcome = () => Promise.resolve(false);
    markers.renew('some');
    expect(await markers.untilCurrent()).toBe(false);
    outcome = () => Promise.resolve(true);
    now += 100;
    markers.renew('some');
    const waiting = markers.untilCurrent();
    markers.reset();
    expect(await waiting).toBe(false);
  });

  it('are tried again at once where only that container was gone', async () => {
    outcome = () => Promise.resolve(false);
    markers.renew('some');
    await reactions();
    now += 20;
    markers.renew('other');
    expect(sent).toHaveLength(2);
  });

  it('are left for 5 s where the engine does not take them', async () => {
    outcome = () => Promise.reject(new Error('500'));
    markers.renew('some');
    await reactions();
    now += 4999;
    markers.renew('some');
    expect(sent).toHaveLength(1);
    now += 1;
    markers.renew('some');
    expect(sent).toHaveLength(2);
  });

  it('that the engine took and that do not come show that the stream is none, and are left for 5 s', () => {
    mark();
    now += 20;
    markers.renew('some');
    now += 1001;
    markers.renew('some');
    expect([losses, sent.length]).toEqual([1, 2]);
    now += 5000;
    markers.renew('some');
    expect(sent).toHaveLength(3);
  });

  it('may be lost once at the beginning of a stream, before the engine has subscribed us', () => {
    markers.renew('some');
    now += 1001;
    markers.renew('some');
    expect([losses, sent.length]).toEqual([0, 2]);
    now += 1001;
    markers.renew('some');
    expect(losses).toBe(1);
  });
});
