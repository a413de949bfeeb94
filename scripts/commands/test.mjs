import { stopEngine } from '../setup/engine-daemon.mjs';
import { ensurePostgresql } from '../setup/postgresql.mjs';
import { prepare } from '../setup/prepare.mjs';
import { ensurePrometheus } from '../setup/prometheus.mjs';
import { say, step } from '../setup/progress.mjs';
import { ensureStaticBusybox } from '../setup/static-busybox.mjs';
import { removeTestLeftovers } from '../setup/test-leftovers.mjs';
import { chooseSuites, runSuite } from '../setup/test-suites.mjs';

/** @returns the exit code of the first suite that failed, or 0 */
export async function main() {
  const { suites, jestArguments } = chooseSuites(process.argv.slice(2));
  const { docker, daemon } = await prepare();
  const results = [];
  try {
    // The tests make images of it.
    await ensureStaticBusybox();
    // The tests start a server of it.
    await ensurePostgresql();
    // And one of this, which reads our metrics.
    await ensurePrometheus();
    // All of them, also after a failure: the whole picture is worth the minutes.
    for (const suite of suites) results.push(await runSuite(suite, jestArguments));
  } finally {
    await cleanUp(docker, daemon);
  }
  return summarise(results);
}

async function cleanUp(docker, daemon) {
  try {
    await removeTestLeftovers(docker);
  } finally {
    if (daemon !== null)
      await step('Stopping the Docker engine that this run started', () => stopEngine(daemon));
  }
}

function summarise(results) {
  const failures = results.filter(({ code }) => code !== 0);
  if (failures.length > 0) say(`Failed: ${failures.map(({ suite }) => suite).join(', ')}`);
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  say(`${sum('passed')} passed, ${sum('failed')} failed`);
  return failures[0]?.code ?? 0;
}
