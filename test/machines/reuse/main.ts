import { parseArgs } from 'node:util';
import { ReuseMachine } from './reuse-machine.js';

/** @returns whether nothing was wrong */
async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      prompt: { type: 'boolean', default: false },
    },
  });
  process.stderr.write(`--minutes ${values.minutes} --seed ${values.seed}\n`);
  const machine = await ReuseMachine.start(Number(values.seed), !values.prompt);
  try {
    const { faults, ...figures } = await machine.run(Number(values.minutes) * 60_000);
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    for (const [what, count] of Object.entries({ ...figures, faults: faults.length }))
      process.stdout.write(`| ${what.padEnd(12)} | ${String(count).padStart(7)} |\n`);
    return faults.length === 0;
  } finally {
    await machine.dispose();
  }
}

process.exitCode = (await main()) ? 0 : 1;
