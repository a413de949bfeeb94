import { describe, expect, it } from '@jest/globals';
import { notMeasuredRow, ratioRow, tableOf, valueRow } from '#report';

const pairs = (...ratios: number[]): { service: number; floor: number }[] =>
  ratios.map((ratio) => ({ service: ratio * 100, floor: 100 }));

describe('a row', () => {
  it('is judged by the median of the ratios, not by the ratio of the medians', () => {
    const row = ratioRow(
      'create',
      'ms',
      [
        { service: 1, floor: 10 },
        { service: 30, floor: 20 },
        { service: 40, floor: 20 },
      ],
      { atMost: 1.4 },
    );
    expect(row.isMissed).toBe(true);
    expect(row.cells).toEqual([
      'create',
      '30.0 ms',
      '20.0 ms',
      '1.500',
      '0.800–1.750',
      '3',
      '<= 1.40',
      'MISSED',
    ]);
  });

  it('tells what meets the goal and yet is less than wanted', () => {
    const goal = { atMost: 1.1, wanted: 1.05 };
    expect(ratioRow('create', 'ms', pairs(1.07), goal).cells.slice(-2)).toEqual([
      '<= 1.10, wanted 1.05',
      'pass, less than wanted',
    ]);
    expect(ratioRow('create', 'ms', pairs(1.05), goal).cells.at(-1)).toBe('pass');
    expect(ratioRow('create', 'ms', pairs(1.11), goal)).toMatchObject({ isMissed: true });
  });

  it('can have to reach its goal from below', () => {
    expect(ratioRow('reuse', '/s', pairs(0.79), { atLeast: 0.8 }).isMissed).toBe(true);
    expect(ratioRow('reuse', '/s', pairs(0.8), { atLeast: 0.8 }).isMissed).toBe(false);
  });

  it('without a goal cannot miss one', () => {
    expect(ratioRow('create', 'ms', pairs(99)).isMissed).toBe(false);
  });

  it('of one side shows its spread', () => {
    const row = valueRow('start', 'ms', [1000, 1200, 1400], { atMost: 1500 });
    expect(row).toMatchObject({ isMissed: false });
    expect(row.cells.slice(0, 6)).toEqual(['start', '1200 ms (1100–1300)', '', '', '', '3']);
  });

  it('that was not measured says so in the table', () => {
    expect(tableOf([notMeasuredRow('pool', 'this service has no pool')])).toContain(
      'not measured: this service has no pool',
    );
  });
});
