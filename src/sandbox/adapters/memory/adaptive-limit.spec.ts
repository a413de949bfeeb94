import { describe, expect, it } from '@jest/globals';
import { SharedEngine, type Work } from '../../../../test/fakes/shared-engine.js';
import { AdaptiveLimit } from './adaptive-limit.js';

const OWN_NETWORK: Work = { kind: 'own-network', serviceMs: 245 };
const READY_NETWORK: Work = { kind: 'ready-network', serviceMs: 85 };
/** Starts that wait within the engine when the limit has settled. */
const FEWEST = 4;
const MOST = 6;

/** Deterministic, and as uneven as starts on a busy machine are. */
function jittered(work: Work, share: number): () => Work {
  let state = 1;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return { ...work, serviceMs: work.serviceMs * (1 + share * (state / 2_147_483_647 - 0.5)) };
  };
}

describe('AdaptiveLimit', () => {
  it('begins with a sensible value, within what is allowed', () => {
    expect(new AdaptiveLimit(8).current).toBe(6);
    expect(new AdaptiveLimit(2).current).toBe(2);
  });

  it.each([1, 2, 4, 8, 16])('settles a few starts above an engine of %i servers', (servers) => {
    const limit = new AdaptiveLimit(64);
    const engine = new SharedEngine(limit, servers);
    engine.trickle(1);
    engine.saturate(90);
    const settled = new Set(engine.limits.slice(-20));
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(servers + FEWEST - 1);
    expect(Math.max(...settled)).toBeLessThanOrEqual(servers + MOST + 1);
    expect(engine.saturate(2000)).toBeGreaterThan(0.9 * (servers / 0.245));
  });

  it('stays within what is allowed, however much the engine could do', () => {
    const limit = new AdaptiveLimit(8);
    const engine = new SharedEngine(limit, 100);
    engine.saturate(300);
    expect(Math.max(...engine.limits)).toBe(8);
  });

  it.each([1, 1.6, 4])('never falls far on a healthy, uneven engine of %d servers', (servers) => {
    const limit = new AdaptiveLimit(8);
    const engine = new SharedEngine(limit, servers, jittered(OWN_NETWORK, 0.6));
    engine.saturate(2000);
    const probes = engine.limits.filter((one) => one === 1).length;
    expect(engine.limits.filter((one) => one !== 1 && one < 4)).toEqual([]);
    // Each takes the time for the engine to become clear; no limit has been given up for it.
    expect(probes).toBeLessThan(0.05 * engine.limits.length);
  });

  it('does not take the starts with ready networks for the measure of those without', () => {
    const limit = new AdaptiveLimit(64);
    let count = 0;
    const engine = new SharedEngine(limit, 8, () => (count++ % 3 === 0 ? READY_NETWORK : OWN_NETWORK));
    engine.trickle(6);
    engine.saturate(200);
    const settled = engine.limits.slice(-50).filter((one) => one !== 1);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...settled)).toBeLessThanOrEqual(8 + MOST + 4);
  });

  it('does not grow while it is not in use', () => {
    const limit = new AdaptiveLimit(64);
    const engine = new SharedEngine(limit, 8);
    engine.trickle(500);
    expect(limit.current).toBe(6);
  });

  it('is halved once by all starts that one mishap took, down to one', () => {
    const limit = new AdaptiveLimit(8);
    const engine = new SharedEngine(limit, 2);
    engine.fill();
    engine.lose();
    expect(limit.current).toBe(3);
    engine.fill();
    engine.lose();
    engine.fill();
    engine.lose();
    expect(limit.current).toBe(1);
  });

  it('is back soon after the engine is', () => {
    const limit = new AdaptiveLimit(8);
    const engine = new SharedEngine(limit, 2);
    engine.trickle(1);
    for (let mishap = 0; mishap < 3; mishap += 1) {
      engine.fill();
      engine.lose();
    }
    engine.saturate(10);
    expect(limit.current).toBeGreaterThanOrEqual(5);
  });

  it('follows an engine that has become slower for good, and one that has become faster', () => {
    const limit = new AdaptiveLimit(64);
    let serviceMs = 245;
    const engine = new SharedEngine(limit, 8, () => ({ kind: 'start', serviceMs }));
    engine.saturate(200);
    serviceMs = 1000;
    engine.saturate(3000);
    expect(limit.current).toBeGreaterThanOrEqual(8 + FEWEST - 1);
    serviceMs = 100;
    engine.saturate(200);
    engine.servers = 2;
    engine.saturate(200);
    const settled = engine.limits.slice(-50).filter((one) => one !== 1);
    expect(Math.max(...settled)).toBeLessThanOrEqual(2 + MOST + 1);
  });

  it('asks for a start of its own after thirty rounds that shared the engine, and for one only', () => {
    const limit = new AdaptiveLimit(8);
    const engine = new SharedEngine(limit, 2);
    engine.trickle(1);
    engine.saturate(30 * limit.current - 1);
    expect(limit.current).toBeGreaterThan(1);
    engine.saturate(1);
    expect(limit.current).toBe(1);
    engine.saturate(10);
    expect(limit.current).toBeGreaterThan(1);
  });
});
