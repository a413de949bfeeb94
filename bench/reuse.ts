import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Child } from '#child';
import { HttpClient } from '#http-client';
import { takeRounds } from '#pairs';
import { type Figures } from '#part';
import { FirstVersionSide } from '#peers/first-version-side';
import { type Caller, requestsPerSecond } from '#requests';
import { ratioRow } from '#report';
import { latencyRows } from '#reuse-latency';
import { Service } from '#service';
import { type Stage } from '#stage';
import { tell } from '#tell';

const BARE_NEST = join(import.meta.dirname, 'bare-nest.ts');
const BARE_SERVER = join(import.meta.dirname, 'bare-server.ts');

const FULL = { windows: 20, windowMs: 1500, pairs: 64 };
const QUICK = { windows: 2, windowMs: 500, pairs: 4 };
const CONNECTIONS = 16;
/** Compiles what is to be compiled. */
const WARM_UPS = 3;

const GOAL = { atLeast: 0.8 };

type Name = 'service' | 'nest' | 'bare' | 'inspect' | 'firstVersion';

/** What a create costs for a chat that has its sandbox. */
export async function measureReuse(stage: Stage, isQuick: boolean): Promise<Figures> {
  const { windows, windowMs, pairs } = isQuick ? QUICK : FULL;
  const service = await Service.start(stage, { engineSocket: stage.engineSocket });
  const chatIds = Array.from({ length: CONNECTIONS }, () => randomUUID());
  const answers = new Map<string, string>();
  for (const chatId of chatIds) answers.set(chatId, await service.create(chatId));
  const callers = await startCallers(stage, service, answers);
  const take = (caller: Caller): Promise<number> => requestsPerSecond(caller, chatIds, windowMs);
  await takeRounds(WARM_UPS, callers, take, stage.signal);
  tell(`create of what is there, ${windows} rounds of ${Object.keys(callers).length} windows`);
  const rounds = await takeRounds(windows, callers, take, stage.signal);
  tell(`create of what is there beside cold creates, ${pairs} pairs`);
  const latency = await latencyRows(service, pairs, stage.signal);
  await service.stop();
  const row = (words: string, against: Exclude<Name, 'service'>, goal?: typeof GOAL) => {
    const taken = rounds.map((round) => ({ service: round.service, floor: round[against] }));
    return ratioRow(`reuse, ${CONNECTIONS} connections, against ${words}`, '/s', taken, goal);
  };
  return {
    rows: [
      row('a bare Nest route', 'nest', GOAL),
      row('a bare server', 'bare'),
      row('one inspect', 'inspect'),
      row('a first version', 'firstVersion'),
      ...latency,
    ],
  };
}

/** @param answers by chat, for the servers that know no sandboxes */
async function startCallers(
  stage: Stage,
  service: Service,
  answers: ReadonlyMap<string, string>,
): Promise<Record<Name, Caller>> {
  const firstVersion = await FirstVersionSide.start(stage, stage.engineSocket);
  const containerIds = new Map([...answers].map(([chatId, answer]) => [chatId, containerIdIn(answer)]));
  const anyAnswer = answers.values().next().value ?? '';
  return {
    service: (chatId) => service.create(chatId),
    nest: await bareCaller(stage, service, BARE_NEST, anyAnswer),
    bare: await bareCaller(stage, service, BARE_SERVER, anyAnswer),
    inspect: (chatId) => stage.engine.inspect(containerIds.get(chatId) ?? ''),
    firstVersion: (chatId) => firstVersion.create(chatId),
  };
}

async function bareCaller(stage: Stage, service: Service, script: string, answer: string): Promise<Caller> {
  const child = new Child(script, [answer], process.env);
  const http = new HttpClient({ host: '127.0.0.1', port: await child.port() });
  stage.cleanups.add('bare server', async () => {
    http.close();
    await child.stop();
  });
  return (chatId) => http.expect(200, 'POST', '/api/v1/create', service.createRequestOf(chatId));
}

const containerIdIn = (answer: string): string =>
  (JSON.parse(answer) as { container_id: string }).container_id;
