import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Child } from '#child';
import { type Pair, takePairs } from '#pairs';
import { type Caller, requestsPerSecond } from '#requests';
import { ratioRow, type Row } from '#report';
import { Service } from '#service';
import { type Stage } from '#stage';
import { tell } from '#tell';

const SINK = join(import.meta.dirname, 'otlp-sink.ts');
const CONNECTIONS = 16;
const FULL = { windows: 8, windowMs: 1500 };
const QUICK = { windows: 2, windowMs: 500 };
const GOAL = { atLeast: 0.75 };

/**
 * Requests a second of repeated creates, with every signal on against every signal off. Two services of one instance
 * share the sandboxes, so that both answer for the same ones; both write their log at level info.
 */
export async function measureTelemetry(stage: Stage, isQuick: boolean): Promise<Row> {
  const { windows, windowMs } = isQuick ? QUICK : FULL;
  tell(`create of what is there with all telemetry and with none, ${windows} pairs of windows`);
  const pairs = await takeTurns(stage, windows, windowMs);
  return ratioRow('reuse, all telemetry against none', '/s', pairs, GOAL);
}

async function takeTurns(stage: Stage, windows: number, windowMs: number): Promise<Pair[]> {
  const sink = new Child(SINK, [], process.env);
  stage.cleanups.add('collector', () => sink.stop());
  const port = await sink.port();
  const options = { engineSocket: stage.engineSocket, logLevel: 'info' as const };
  const off = await Service.start(stage, options);
  const on = await Service.start(stage, { ...options, environment: everythingOn(port) });
  const chatIds = Array.from({ length: CONNECTIONS }, () => randomUUID());
  for (const chatId of chatIds) await off.create(chatId);
  const sides: Record<'service' | 'floor', Caller> = {
    service: (chatId) => on.create(chatId),
    floor: (chatId) => off.create(chatId),
  };
  const take = (caller: Caller): Promise<number> => requestsPerSecond(caller, chatIds, windowMs);
  for (const caller of Object.values(sides)) await take(caller);
  const pairs = await takePairs(windows, sides, take, stage.signal);
  for (const chatId of chatIds) await off.delete(chatId);
  for (const part of [on, off, sink]) await part.stop();
  return pairs;
}

const everythingOn = (port: number): Record<string, string> => ({
  APP_TRACING_ENABLED: 'true',
  APP_METRICS_ENABLED: 'true',
  APP_METRICS_PROMETHEUS: 'true',
  APP_LOGGING_OUTPUT: 'otel',
  APP_OTEL_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
  APP_OTEL_METRICS_ENDPOINT: `http://127.0.0.1:${port}/v1/metrics`,
  APP_OTEL_LOGS_ENDPOINT: `http://127.0.0.1:${port}/v1/logs`,
});
