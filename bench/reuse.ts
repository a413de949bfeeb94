import { join } from 'node:path';
import { Child } from '#child';
import { HttpClient } from '#http-client';
import { type Pair, takePairs } from '#pairs';
import { type Caller, requestsPerSecond } from '#requests';
import { type Service } from '#service';
import { type Stage } from '#stage';

const BARE_SERVER = join(import.meta.dirname, 'bare-server.ts');

export interface ReuseFigures {
  /** Against a server that answers the same without any work. */
  readonly bare: Pair[];
  /** Against the one engine call that a reuse cannot do without. */
  readonly inspect: Pair[];
}

/**
 * Requests a second of repeated creates, one connection a chat.
 * @param chatIds chats that have a sandbox
 */
export async function measureReuse(
  stage: Stage,
  service: Service,
  chatIds: readonly string[],
  { windows, windowMs }: { readonly windows: number; readonly windowMs: number },
): Promise<ReuseFigures> {
  const answers = new Map<string, string>();
  for (const chatId of chatIds) answers.set(chatId, await service.create(chatId));
  const bare = new Child(BARE_SERVER, [answers.values().next().value ?? ''], process.env);
  stage.cleanups.add('bare server', () => bare.stop());
  const http = new HttpClient({ host: '127.0.0.1', port: await bare.port() });
  const reuse: Caller = (chatId) => service.create(chatId);
  const callBare: Caller = (chatId) =>
    http.expect(200, 'POST', '/api/v1/create', service.createRequestOf(chatId));
  const inspect: Caller = (chatId) => stage.engine.inspect(containerIdIn(answers.get(chatId)));
  const take = (caller: Caller): Promise<number> => requestsPerSecond(caller, chatIds, windowMs);
  for (const caller of [reuse, callBare, inspect]) await take(caller);
  const figures = {
    bare: await takePairs(windows, { service: reuse, floor: callBare }, take, stage.signal),
    inspect: await takePairs(windows, { service: reuse, floor: inspect }, take, stage.signal),
  };
  http.close();
  await bare.stop();
  return figures;
}

const containerIdIn = (answer = '{}'): string =>
  (JSON.parse(answer) as { container_id?: string }).container_id ?? '';
