import { type Breakdown } from '#breakdown';
import { median, type Pair, quantile } from '#pairs';

export interface Row {
  readonly cells: readonly string[];
  readonly isMissed: boolean;
}

const HEAD = [
  'figure',
  'service median',
  'floor median',
  'ratio median',
  'p25–p75 of ratios',
  'pairs',
  'goal',
  'result',
];

/** What a median may be; `wanted` is better than what is asked for. */
export type Goal =
  | { readonly atMost: number; readonly wanted?: number }
  | { readonly atLeast: number; readonly wanted?: number };

/** A figure of both sides. @param goal of the median of the ratios; none: reported only */
export function ratioRow(figure: string, unit: string, pairs: readonly Pair[], goal?: Goal): Row {
  const ratios = pairs.map(({ service, floor }) => service / floor);
  const ratio = median(ratios);
  const cells = [
    figure,
    shown(
      pairs.map(({ service }) => service),
      unit,
    ),
    shown(
      pairs.map(({ floor }) => floor),
      unit,
    ),
    ratio.toFixed(3),
    `${quantile(ratios, 0.25).toFixed(3)}–${quantile(ratios, 0.75).toFixed(3)}`,
    String(pairs.length),
  ];
  return withGoal(cells, ratio, goal);
}

/** A figure of the service's alone, its spread in brackets. @param goal of the median; none: reported only */
export function valueRow(figure: string, unit: string, values: readonly number[], goal?: Goal): Row {
  const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)].map(rounded);
  const cells = [figure, `${shown(values, unit)} (${low}–${high})`, '', '', '', String(values.length)];
  return withGoal(cells, median(values), goal);
}

/** A figure that this run could not take, so that nobody looks for it in vain. */
export const notMeasuredRow = (figure: string, reason: string): Row => ({
  cells: [figure, '', '', '', '', '', '', `not measured: ${reason}`],
  isMissed: false,
});

function withGoal(cells: readonly string[], value: number, goal?: Goal): Row {
  if (goal === undefined) return { cells: [...cells, '', ''], isMissed: false };
  const isMet = (limit: number): boolean => ('atMost' in goal ? value <= limit : value >= limit);
  const limit = 'atMost' in goal ? goal.atMost : goal.atLeast;
  const isMissed = !isMet(limit);
  const isShort = goal.wanted !== undefined && !isMet(goal.wanted);
  const result = isMissed ? 'MISSED' : isShort ? 'pass, less than wanted' : 'pass';
  return { cells: [...cells, told(goal), result], isMissed };
}

const shown = (values: readonly number[], unit: string): string => `${rounded(median(values))} ${unit}`;

const rounded = (value: number): string => value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0);

function told(goal: Goal): string {
  const limit = 'atMost' in goal ? `<= ${goal.atMost.toFixed(2)}` : `>= ${goal.atLeast.toFixed(2)}`;
  return goal.wanted === undefined ? limit : `${limit}, wanted ${goal.wanted.toFixed(2)}`;
}

/** A figure of the service's alone. @param shown with its unit */
export function atMostRow(figure: string, shown: string, value: number, goal: number): Row {
  const isMissed = value > goal;
  return { cells: [figure, shown, '', '', '', '', `<= ${goal}`, isMissed ? 'MISSED' : 'pass'], isMissed };
}

/** A number of calls that must be exactly so. */
export function countRow(figure: string, count: number, starts: number, goal: number): Row {
  const isMissed = count !== goal;
  const result = isMissed ? 'MISSED' : 'pass';
  return { cells: [figure, String(count), '', '', '', String(starts), `= ${goal}`, result], isMissed };
}

/** A table that reads well in a terminal and in Markdown. */
export const tableOf = (rows: readonly Row[]): string => table([HEAD, ...rows.map(({ cells }) => cells)]);

export function breakdownOf(title: string, breakdown: Breakdown): string {
  const rows = [...breakdown].map(([part, ms]) => [part, ms.toFixed(2)]);
  return table([[title, 'median ms'], ...rows]);
}

/** The first line is the head. */
export function table(lines: readonly (readonly string[])[]): string {
  const [head = []] = lines;
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const draw = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [first = '', ...rest] = lines.map(draw);
  return [first, rule, ...rest].join('\n');
}
