import { availableParallelism, release } from 'node:os';
import { parseArgs } from 'node:util';
import { measureAttack } from '#attack';
import { measureCreate } from '#create';
import { measureDelete } from '#delete';
import { DEFAULT_ENGINE_URL, Engine, socketOf } from '#engine';
import { measureEngineShare } from '#engine-share';
import { type Part, runOnStage } from '#part';
import { dockerClientVersion } from '#peers/docker-run';
import { measurePool } from '#pool';
import { type Row, tableOf } from '#report';
import { measureReuse } from '#reuse';
import { measureScale } from '#scale';
import { measureStartup } from '#startup';
import { measureStorage } from '#storage';
import { measureTelemetry } from '#telemetry';
import { tell } from '#tell';

/** In this order. Each stands on a stage of its own, so that one can be run, or fail, without the others. */
const PARTS: Readonly<Record<string, Part>> = {
  create: measureCreate,
  pool: measurePool,
  reuse: measureReuse,
  delete: measureDelete,
  startup: measureStartup,
  scale: measureScale,
  engine: measureEngineShare,
  storage: async (stage, isQuick) => ({ rows: await measureStorage(stage, isQuick) }),
  telemetry: async (stage, isQuick) => ({ rows: [await measureTelemetry(stage, isQuick)] }),
  attack: async (stage, isQuick) => ({ rows: await measureAttack(stage, isQuick) }),
};

const PASSED = 0;
const MISSED = 1;
const FAILED = 2;

interface Choice {
  readonly names: readonly string[];
  readonly isQuick: boolean;
  /** `NAME=value`, for the service. */
  readonly variables: readonly string[];
}

function choose(): Choice {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      // To try a configuration of the service: --env APP_SANDBOX_MAX_CONCURRENT_STARTS=16
      env: { type: 'string', multiple: true, default: [] },
    },
  });
  const known = Object.keys(PARTS);
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}, but ${known.join(', ')}`);
  const names = positionals.length === 0 ? known : known.filter((name) => positionals.includes(name));
  return { names, isQuick: values.quick, variables: values.env };
}

/** @returns the exit code */
async function main(): Promise<number> {
  const { names, isQuick, variables } = choose();
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      tell(`${name}: cleaning up`);
      abort.abort(new Error(`ended by ${name}`));
    });
  }
  write(await versions());
  const rows: Row[] = [];
  let hasFailed = false;
  for (const name of names) {
    const part = PARTS[name];
    if (part === undefined) continue;
    try {
      abort.signal.throwIfAborted();
      const figures = await runOnStage(part, isQuick, variables, abort.signal);
      const tables = figures.rows.length === 0 ? [] : [tableOf(figures.rows)];
      write(`## ${name}: ${figures.circumstances}`, ...tables, ...figures.details);
      rows.push(...figures.rows);
    } catch (error) {
      hasFailed = true;
      tell(`${name} failed: ${abort.signal.aborted ? String(abort.signal.reason) : textOf(error)}`);
    }
  }
  if (names.length > 1 && rows.length > 0) write('## all', tableOf(rows));
  if (hasFailed || abort.signal.aborted) return FAILED;
  return rows.some(({ isMissed }) => isMissed) ? MISSED : PASSED;
}

async function versions(): Promise<string> {
  const socket = socketOf(process.env.APP_DOCKER_BASE_URL ?? DEFAULT_ENGINE_URL);
  const engine = new Engine(socket);
  const version = await engine.version();
  engine.http.close();
  const client = await dockerClientVersion(socket);
  return (
    `${new Date().toISOString()}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.versions.node}, ` +
    `Docker ${version}, docker client ${client}`
  );
}

const write = (...paragraphs: readonly string[]): void => {
  process.stdout.write(`${paragraphs.join('\n\n')}\n\n`);
};

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

try {
  process.exitCode = await main();
} catch (error) {
  tell(textOf(error));
  process.exitCode = FAILED;
}
