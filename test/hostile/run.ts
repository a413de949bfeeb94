import { parseArgs } from 'node:util';
import { fight, type Outcome } from './battle.js';
import { faultsOf } from './judge.js';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
  },
});
const [operations, seed] = [Number(values.operations), Number(values.seed)];
if (!Number.isSafeInteger(operations) || operations < 1 || !Number.isSafeInteger(seed))
  throw new Error('usage: npm run hostile -- --operations <number> --seed <number>');

const tell = (text: string): void => void process.stdout.write(`${text}\n`);

function report(outcome: Outcome): void {
  const { tally, quietSlowestMs, seconds, isCompiled, met, touched, descriptors, memoryGrowthMib } = outcome;
  tell(`\nroute              calls   slowest  outcomes\n${tally.table.join('\n')}`);
  tell(
    `${tally.total}, in ${seconds.toFixed(0)} s; swappers ${isCompiled ? 'compiled and ' : ''}of the shell`,
  );
  tell(`slowest call to a chat that nobody fought for: ${quietSlowestMs.toFixed(0)} ms`);
  tell(
    `met in the histories' place: ${Object.entries(met)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  );
  tell(`canaries touched: ${touched.length} ${touched.join(' ')}`);
  tell(
    `descriptors: ${descriptors.before} before, ${descriptors.after} after; memory grew by ${memoryGrowthMib.toFixed(0)} MiB`,
  );
}

const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());

tell(`${operations} operations with seed ${seed}`);
const beganMs = performance.now();
const outcome = await fight({
  operations,
  seed,
  signal: abort.signal,
  onProgress: (tally) => {
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(0);
    tell(`${seconds.padStart(5)} s  ${tally.total}`);
  },
});
report(outcome);
const faults = faultsOf(outcome);
for (const fault of faults) tell(`FAULT ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
