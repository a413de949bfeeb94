import type { CreateCall, History, Life } from './history.js';

/** Answers that come in one turn of the event loop are read one after the other. */
const ONE_TURN_MS = 5;

/**
 * What must never be, whatever becomes of the event stream.
 * @param staleMs how long before a create was sent its container may have been ended at the engine's: as long as a proof
 * lasts where the stream is cut and delayed, and not at all where it is prompt
 * @returns what was, all the same
 */
export const faultsOf = (history: History, staleMs: number): string[] =>
  history.calls.flatMap((call) => {
    const life = history.lives.get(call.containerId ?? '');
    if (call.status !== 200 || life === undefined) return [];
    return [
      ...strangersOf(call, life),
      ...staleness(call, life, staleMs),
      ...sharedAddress(call, life, history),
    ];
  });

const told = ({ chatId, containerId, beganMs }: CreateCall): string =>
  `at ${beganMs.toFixed(1)} chat ${chatId} was told of ${String(containerId)}`;

function strangersOf(call: CreateCall, life: Life): string[] {
  if (life.chatId !== call.chatId) return [`${told(call)}, which is of ${life.chatId}`];
  return life.ip === call.ip ? [] : [`${told(call)} at ${String(call.ip)}, where it had ${life.ip}`];
}

/** What a delete of ours has ended is never handed out to a create that came after its answer. */
function staleness(call: CreateCall, { goneMs, endedBy }: Life, staleMs: number): string[] {
  const allowedMs = endedBy === 'service' ? 0 : staleMs;
  const lateMs = call.beganMs - goneMs;
  return lateMs > allowedMs ? [`${told(call)}, which was gone ${lateMs.toFixed(1)} ms before`] : [];
}

/**
 * At no moment of a reuse did a container of another chat run at that address; when a new one is told of, none runs there
 * any more.
 */
function sharedAddress(call: CreateCall, life: Life, { lives }: History): string[] {
  const fromMs = life.toldMs < call.beganMs ? call.beganMs : call.endedMs;
  return [...lives.values()]
    .filter(({ chatId, ip }) => chatId !== call.chatId && ip === call.ip)
    .filter(({ toldMs, harmedMs }) => toldMs + ONE_TURN_MS < call.endedMs && harmedMs - ONE_TURN_MS > fromMs)
    .map(
      ({ containerId, chatId }) =>
        `${told(call)} at ${String(call.ip)}, where ${containerId} of ${chatId} ran`,
    );
}
