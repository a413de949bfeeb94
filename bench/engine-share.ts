import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { forEachBounded } from '#bounded';
import { observe } from '#breakdown';
import { type Figures } from '#part';
import { notMeasuredRow, table } from '#report';
import { EngineSide, type Sample } from '#sides';
import { type Stage } from '#stage';
import { tell } from '#tell';

const run = promisify(execFile);

const FULL = { starts: 60 };
const QUICK = { starts: 8 };
const CALLERS = 4;
const HERTZ = '499';
/** Until perf has begun to sample. */
const ATTACHED_MS = 500;
const SHOWN = 12;

/** Names as the kernel has them, of 15 letters at most. */
const MEANINGS: Readonly<Record<string, string>> = {
  exe: "the engine's own binary, run again",
  'runc:[2:INIT]': 'runc within the container',
  'containerd-shim': 'one a container',
  swapper: 'idle',
};

/** Where the processor's time goes while containers are started by the raw calls, with and without a ready network. */
export async function measureEngineShare(stage: Stage, isQuick: boolean): Promise<Figures> {
  if (!(await hasPerf())) return { rows: [notMeasuredRow("the engine's own share", 'no perf on the PATH')] };
  const { starts } = isQuick ? QUICK : FULL;
  const { sample } = await observe(stage, { rounds: 1 });
  const alone = await sharesDuring(stage, sample, starts);
  const holder = new EngineSide(stage.engine, sample, stage.instance);
  const chatId = randomUUID();
  await holder.prepare(chatId);
  const joined = await sharesDuring(stage, joining(sample, await holder.start(chatId)), starts);
  await stage.engine.removeAllOf(stage.instance);
  return {
    rows: [],
    details: [
      sharesTable(`of a start with a network of its own, ${starts} starts`, alone),
      sharesTable(`of a start in a network that is there, ${starts} starts`, joined),
    ],
  };
}

const hasPerf = (): Promise<boolean> =>
  run('perf', ['--version']).then(
    () => true,
    () => false,
  );

/** The same container in the network of another one, which has the hosts of its own already. */
function joining(sample: Sample, holderId: string): Sample {
  const { NetworkingConfig, HostConfig, ...spec } = JSON.parse(sample.request.body) as {
    NetworkingConfig: object;
    HostConfig: Record<string, unknown>;
  };
  const { ExtraHosts, ...host } = HostConfig;
  const body = JSON.stringify({ ...spec, HostConfig: { ...host, NetworkMode: `container:${holderId}` } });
  return { ...sample, request: { ...sample.request, body } };
}

/** Samples by command. */
type Shares = ReadonlyMap<string, number>;

async function sharesDuring(stage: Stage, sample: Sample, starts: number): Promise<Shares> {
  tell(`sampling the processors during ${starts} starts`);
  const side = new EngineSide(stage.engine, sample, stage.instance);
  const chatIds = Array.from({ length: starts }, () => randomUUID());
  for (const chatId of chatIds) await side.prepare(chatId);
  await side.warm(CALLERS);
  const file = join(stage.directory, 'perf.data');
  const perf = spawn('perf', ['record', '-a', '-e', 'cpu-clock', '-F', HERTZ, '-o', file], {
    stdio: 'ignore',
  });
  stage.cleanups.add('perf', () => stopPerf(perf));
  await sleep(ATTACHED_MS);
  await forEachBounded(chatIds, CALLERS, async (chatId) => {
    stage.signal.throwIfAborted();
    await side.start(chatId);
  });
  await stopPerf(perf);
  await forEachBounded(chatIds, CALLERS, (chatId) => side.discard(chatId));
  return sharesIn((await run('perf', ['script', '-i', file, '-F', 'comm'], { maxBuffer: 2 ** 28 })).stdout);
}

async function stopPerf(perf: ChildProcess): Promise<void> {
  if (perf.exitCode !== null || perf.signalCode !== null) return;
  const exited = once(perf, 'exit');
  perf.kill('SIGINT');
  await exited;
}

/** @param script a line a sample; the numbers of kernel workers are left out */
export function sharesIn(script: string): Shares {
  const shares = new Map<string, number>();
  for (const line of script.split('\n')) {
    const command = line.trim().replace(/^(kworker|ksoftirqd)\/.*/, '$1');
    if (command !== '') shares.set(command, (shares.get(command) ?? 0) + 1);
  }
  return shares;
}

function sharesTable(title: string, shares: Shares): string {
  const sum = [...shares.values()].reduce((one, other) => one + other, 0);
  const rows = [...shares]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, SHOWN)
    .map(([command, count]) => [command, MEANINGS[command] ?? '', `${((100 * count) / sum).toFixed(1)} %`]);
  return table([['command', 'what it is', title], ...rows]);
}
