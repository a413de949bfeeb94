import { beforeEach, describe, expect, it } from '@jest/globals';
import { later, NOW } from '../../test/builders/times.js';
import { SteadyClock } from './steady-clock.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The machine's two clocks, which the test moves. */
class Machine {
  wallMs = NOW.getTime();
  monotonicMs = 123_456;

  readonly clock = new SteadyClock(
    () => this.wallMs,
    () => this.monotonicMs,
  );

  pass(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }

  /** How far `now` is from the wall clock. */
  get driftMs(): number {
    return this.wallMs - this.clock.now().getTime();
  }
}

describe('SteadyClock', () => {
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  it('starts at the wall clock and goes on with the monotonic one', () => {
    expect(machine.clock.now()).toEqual(NOW);
    machine.pass(1500);
    expect(machine.clock.now()).toEqual(later(NOW, 1500));
  });

  it.each([HOUR, -HOUR, DAY, -DAY])('does not see a jump of the wall clock by %d ms', (jumpMs) => {
    machine.wallMs += jumpMs;
    machine.pass(10 * SECOND);
    expect(machine.clock.now()).toEqual(later(NOW, 10 * SECOND));
  });

  it.each([HOUR, -HOUR, DAY, -DAY])('goes after a jump of %d ms by one step at most at a time', (jumpMs) => {
    machine.wallMs += jumpMs;
    const before = machine.clock.now();
    machine.clock.approachWallTime(MINUTE);
    expect(machine.clock.now()).toEqual(later(before, Math.sign(jumpMs) * MINUTE));
  });

  it.each([
    [HOUR, 60],
    [-HOUR, 60],
    [DAY, 1440],
    [-DAY, 1440],
  ])('has caught up with a jump of %d ms after %d sweeps', (jumpMs, sweeps) => {
    machine.wallMs += jumpMs;
    for (let sweep = 1; sweep < sweeps; sweep += 1) machine.clock.approachWallTime(MINUTE);
    expect(machine.driftMs).toBe(Math.sign(jumpMs) * MINUTE);
    machine.clock.approachWallTime(MINUTE);
    expect(machine.driftMs).toBe(0);
  });

  it('never goes back by more than has passed since the sweep before, so that it never seems to stand still', () => {
    machine.wallMs -= DAY;
    const seen: number[] = [];
    for (let sweep = 0; sweep < 10; sweep += 1) {
      machine.pass(MINUTE);
      machine.clock.approachWallTime(MINUTE);
      seen.push(machine.clock.now().getTime());
    }
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
  });

  it.each([30 * SECOND, -30 * SECOND])(
    'goes all the way when the drift of %d ms is below a step',
    (jumpMs) => {
      machine.wallMs += jumpMs;
      machine.clock.approachWallTime(MINUTE);
      expect(machine.driftMs).toBe(0);
      machine.clock.approachWallTime(MINUTE);
      expect(machine.driftMs).toBe(0);
    },
  );

  it("reads the system's clocks when it is given none", () => {
    const before = Date.now();
    const now = new SteadyClock().now().getTime();
    expect(now).toBeGreaterThanOrEqual(before - 1);
    expect(now).toBeLessThanOrEqual(Date.now() + 1);
  });
});
