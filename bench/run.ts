import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAttack } from '#attack';
import { Cleanups } from '#cleanups';
import { measureLifecycle } from '#lifecycle';
import { type Row, tableOf } from '#report';
import { type Stage, setStage } from '#stage';
import { measureStorage } from '#storage';
import { tell } from '#tell';
import { measureTelemetry } from '#telemetry';

const PARTS = ['lifecycle', 'storage', 'telemetry', 'attack'];

interface Choice {
  readonly parts: readonly string[];
  readonly isQuick: boolean;
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      // To try a configuration of the service: --env APP_SANDBOX_MAX_CONCURRENT_STARTS=16
      env: { type: 'string', multiple: true, default: [] },
    },
  });
  const unknown = positionals.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}, but ${PARTS.join(', ')}`);
  const choice = { parts: positionals.length === 0 ? PARTS : positionals, isQuick: values.quick };
  const cleanups = new Cleanups();
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      tell(`${name}: cleaning up`);
      abort.abort(new Error(`ended by ${name}`));
    });
  }
  try {
    return await measure(await setStage(cleanups, abort.signal, values.env), choice);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    for (const failure of await cleanups.run()) tell(`left behind: ${failure}`);
  }
}

/** @returns whether every goal was met */
async function measure(stage: Stage, { parts, isQuick }: Choice): Promise<boolean> {
  const beganMs = performance.now();
  const load = [loadavg()[0]];
  const version = await stage.engine.version();
  const rows: Row[] = [];
  const details: string[] = [];
  if (parts.includes('lifecycle')) {
    const lifecycle = await measureLifecycle(stage, isQuick);
    rows.push(...lifecycle.rows);
    details.push(...lifecycle.details);
  }
  if (parts.includes('storage')) rows.push(...(await measureStorage(stage, isQuick)));
  if (parts.includes('telemetry')) rows.push(await measureTelemetry(stage, isQuick));
  if (parts.includes('attack')) rows.push(...(await measureAttack(stage, isQuick)));
  load.push(loadavg()[0]);
  const minutes = (performance.now() - beganMs) / 60_000;
  const head =
    `${new Date().toISOString()}, Node ${process.versions.node}, Docker ${version}, ${availableParallelism()} cores, ` +
    `${minutes.toFixed(1)} min, load ${load.map((value) => value?.toFixed(1)).join(' to ')}`;
  process.stdout.write(`${[head, tableOf(rows), ...details].join('\n\n')}\n`);
  return !rows.some(({ isMissed }) => isMissed);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 2;
}
