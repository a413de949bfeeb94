import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '#pairs';
import { ratioRow, type Row } from '#report';
import { type Service } from '#service';
import { msOf } from '#timed';

/** Reuses in a row, by one caller. */
const REUSES = 30;
/** Longer than anything that is known from before is trusted. */
const PAUSE_MS = 200;
const SETTLE_MS = 50;

const GOAL = { atMost: 0.01 };

interface Latencies {
  readonly coldMs: number;
  /** The first one after a pause, for which the service may have to ask the engine. */
  readonly aloneMs: number;
  readonly inARowMs: number;
}

/** Of one chat after the other: a new sandbox, the same again after a pause, and the same over and over. */
export async function latencyRows(service: Service, pairs: number, signal: AbortSignal): Promise<Row[]> {
  const taken: Latencies[] = [];
  while (taken.length < pairs) {
    signal.throwIfAborted();
    taken.push(await takeOnce(service));
  }
  const of = (figure: 'aloneMs' | 'inARowMs') =>
    taken.map((latencies) => ({ service: latencies[figure], floor: latencies.coldMs }));
  return [
    ratioRow('reuse, one after the other, against a cold create', 'ms', of('inARowMs'), GOAL),
    ratioRow('reuse, alone after a pause, against a cold create', 'ms', of('aloneMs')),
  ];
}

async function takeOnce(service: Service): Promise<Latencies> {
  const chatId = randomUUID();
  await service.http.warm(1, '/livez');
  const create = (): Promise<string> => service.create(chatId);
  const coldMs = await msOf(create);
  await sleep(PAUSE_MS);
  const aloneMs = await msOf(create);
  const inARow: number[] = [];
  while (inARow.length < REUSES) inARow.push(await msOf(create));
  await service.delete(chatId);
  await sleep(SETTLE_MS);
  return { coldMs, aloneMs, inARowMs: median(inARow) };
}
