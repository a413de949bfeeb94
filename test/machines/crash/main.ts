import { parseArgs } from 'node:util';
import { CrashMachine } from './crash-machine.js';
import { Tally } from './tally.js';

const PROGRESS_MS = 10_000;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const tableOf = (tally: Tally, seconds: number): string =>
  Object.entries({
    kills: tally.kills,
    'of them in recovery': tally.killsInRecovery,
    'acknowledged writes': tally.acknowledged,
    'unanswered writes': tally.unanswered,
    'recovered: finished': tally.recovered.finished,
    'recovered: undone': tally.recovered.undone,
    verified: tally.verified,
    lost: tally.verdicts.lost,
    torn: tally.verdicts.torn,
    'left over': tally.verdicts.leftOver,
    miscounted: tally.verdicts.miscounted,
    'unexpected answers': tally.verdicts.unexpected,
    seconds,
  })
    .map(([what, count]) => `| ${what.padEnd(20)} | ${String(count).padStart(9)} |\n`)
    .join('');

/** @returns whether nothing was wrong, and it was not interrupted */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '500' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      // Services that are killed beside each other: while one starts, another one is under load.
      machines: { type: 'string', default: '2' },
    },
  });
  tell(`--seed ${values.seed}`);
  const tally = new Tally();
  const beganMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - beganMs) / 1000);
  const progress = setInterval(() => {
    const { kills, acknowledged, faults } = tally;
    tell(`${seconds()} s: ${kills} kills, ${acknowledged} acknowledged, ${faults.length} faults`);
  }, PROGRESS_MS);
  const end = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => end.abort());
  const seeds = Array.from({ length: Number(values.machines) }, (_, index) => Number(values.seed) + index);
  try {
    await Promise.all(seeds.map((seed) => runMachine(seed, tally, Number(values.kills), end.signal)));
  } finally {
    clearInterval(progress);
    for (const fault of tally.faults) tell(fault);
    process.stdout.write(tableOf(tally, seconds()));
  }
  return tally.faults.length === 0 && tally.kills >= Number(values.kills);
}

async function runMachine(seed: number, tally: Tally, kills: number, end: AbortSignal): Promise<void> {
  const machine = await CrashMachine.start(seed, tally);
  try {
    await machine.run(kills, end);
  } finally {
    await machine.dispose();
  }
}

process.exitCode = (await main()) ? 0 : 1;
